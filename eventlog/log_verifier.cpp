#include "eventlog/log_verifier.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <rocksdb/iterator.h>

#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

bool creates_signature(const EventPayload& payload) {
  return std::holds_alternative<SignatureDetected>(payload) ||
         std::holds_alternative<SignatureImported>(payload);
}

Error corruption(std::string message) {
  return {ErrorCode::corruption, std::move(message)};
}

class Verifier {
 public:
  Verifier(const EventLog& log, const std::optional<Watermark>& watermark,
           const VerifyProgress& progress)
      : log_id_(log.id()), progress_(progress), frames_(log.read_frames()) {
    answer_.last_sequence = log.last_sequence();
    answer_.watermark = watermark;
  }

  Result<LogVerification> run() {
    frames_->SeekToFirst();
    while (true) {
      if (frames_->Valid()) {
        check_frame();
        frames_->Next();
        continue;
      }
      const auto status = frames_->status();
      if (status.ok()) break;
      Error error = from_status(status, "reading the log");
      if (error.code != ErrorCode::corruption) return std::unexpected(std::move(error));
      note_unreadable(std::move(error));
      if (!seek_behind_damage()) break;
    }
    finish();
    answer_.signature_count = versions_.size();
    return std::move(answer_);
  }

 private:
  // Everything from the next expected event to the next sound one is unreadable.
  void note_unreadable(Error error) {
    if (!unreadable_) unreadable_ = std::move(error);
    chain_.reset();
  }

  void note_damage(Sequence first, Sequence last, Error error) {
    ++answer_.damage_count;
    if (answer_.damages.size() < max_named_damages) {
      answer_.damages.push_back({first, last, std::move(error)});
    }
  }

  // Closes the gap in front of a sound frame that begins with `first`.
  void note_gap(Sequence first) {
    if (first > next_) {
      note_damage(next_, first - 1,
                  unreadable_
                      ? *unreadable_
                      : corruption(fmt::format("events {} to {} are missing", next_, first - 1)));
      chain_.reset();
    } else if (unreadable_) {
      note_damage(next_, next_, *unreadable_);
    }
    unreadable_.reset();
  }

  // Moves the iterator to the first frame behind a block that cannot be read. False if there is
  // none.
  bool seek_behind_damage() {
    const Sequence end = answer_.last_sequence;
    Sequence failing = next_;
    Sequence reachable = 0;
    for (Sequence step = 1; failing < end && reachable == 0; step *= 2) {
      const Sequence target = std::min(end, failing + step);
      if (reaches(target))
        reachable = target;
      else
        failing = target;
    }
    if (reachable == 0) return false;
    while (failing + 1 < reachable) {
      const Sequence middle = failing + (reachable - failing) / 2;
      (reaches(middle) ? reachable : failing) = middle;
    }
    return reaches(reachable);
  }

  bool reaches(Sequence sequence) {
    frames_->Seek(frame_key(sequence));
    return frames_->Valid();
  }

  void check_frame() {
    const auto key = parse_frame_key(frames_->key().ToStringView());
    if (!key) return note_unreadable(key.error());
    const auto frame = FrameView::parse(frames_->value().ToStringView());
    if (!frame) return note_unreadable(frame.error());
    if (*key != frame->first_sequence() || *key < next_) {
      return note_unreadable(
          corruption(fmt::format("the frame at key {} begins with event {}; event {} was expected",
                                 *key, frame->first_sequence(), next_)));
    }
    note_gap(*key);
    const bool broken = (chain_ && frame->previous_chain() != *chain_) ||
                        (*key == 1 && frame->previous_chain() != 0);
    if (broken) {
      note_damage(*key, *key,
                  corruption(fmt::format("the chain breaks at event {}: the events before it are "
                                         "not those it was written after",
                                         *key)));
    }
    chain_ = frame->chain();
    for (std::uint32_t i = 0; i < frame->event_count(); ++i) check_event(*frame, i);
    next_ = frame->last_sequence() + 1;
    check_against_watermark(*frame);
  }

  void check_event(const FrameView& frame, std::uint32_t index) {
    const Sequence sequence = frame.first_sequence() + index;
    const auto bytes = frame.event_bytes(index);
    if (!bytes) return note_damage(sequence, sequence, bytes.error());
    auto event = decode_event(*bytes);
    if (!event) {
      return note_damage(sequence, sequence,
                         event.error().with_context(fmt::format("event {}", sequence)));
    }
    if (event->sequence != sequence) {
      return note_damage(sequence, sequence,
                         corruption(fmt::format("event {} stands at the place of event {}",
                                                event->sequence, sequence)));
    }
    check_version(*event);
    ++answer_.event_count;
    if (answer_.event_count % progress_interval_events == 0 && progress_) {
      progress_(answer_.event_count, answer_.last_sequence);
    }
  }

  // Checks that `event` is the next one of its signature.
  void check_version(const Event& event) {
    Version& present = versions_[event.signature_id];
    const bool creates = creates_signature(event.payload);
    if (event.version == present + 1 && creates == (event.version == 1)) {
      present = event.version;
      return;
    }
    const bool explained = event.version > present + 1 && !creates && answer_.damage_count > 0;
    if (!explained) {
      note_damage(event.sequence, event.sequence,
                  corruption(fmt::format(
                      "event {} ({}) has version {} of signature {}, which is at version {}",
                      event.sequence, kind_name(event.payload), event.version,
                      event.signature_id.to_string(), present)));
    }
    ++answer_.affected_signature_count;
    if (answer_.affected_signatures.size() < max_named_damages) {
      const Version last = std::max(event.version, Version{1}) - 1;
      answer_.affected_signatures.push_back(
          {event.signature_id, std::min(present + 1, last), last});
    }
    present = std::max(present, event.version);
  }

  void check_against_watermark(const FrameView& frame) {
    const auto& mark = answer_.watermark;
    if (!mark || mark->sequence < frame.first_sequence() || mark->sequence > frame.last_sequence())
      return;
    const bool agrees = mark->sequence == frame.last_sequence() && mark->chain == frame.chain() &&
                        mark->log_id == log_id_;
    if (agrees) return;
    note_damage(
        frame.first_sequence(), frame.last_sequence(),
        corruption(fmt::format(
            "the events up to {} are not those that were acknowledged: the log or the chain "
            "of the watermark is another",
            mark->sequence)));
  }

  void finish() {
    const Sequence acknowledged = answer_.watermark ? answer_.watermark->sequence : 0;
    const Sequence end = std::max(answer_.last_sequence, acknowledged);
    if (unreadable_) note_gap(std::max(end, next_) + 1);
    if (next_ > end) return;
    note_damage(next_, end,
                corruption(acknowledged >= next_
                               ? fmt::format("events {} to {} were acknowledged and are lost: the "
                                             "log ends with event {}",
                                             next_, end, next_ - 1)
                               : fmt::format("events {} to {} are missing", next_, end)));
  }

  const LogId log_id_;
  const VerifyProgress& progress_;
  std::unique_ptr<rocksdb::Iterator> frames_;
  LogVerification answer_;
  Sequence next_ = 1;                // the event expected next
  std::optional<ChainHash> chain_;   // of the frame before, if that was sound
  std::optional<Error> unreadable_;  // why what begins with next_ cannot be read
  std::unordered_map<SignatureId, Version> versions_;
};

}  // namespace

Result<LogVerification> verify_log(const EventLog& log, const std::optional<Watermark>& watermark,
                                   const VerifyProgress& progress) {
  return Verifier(log, watermark, progress).run();
}

Result<LogVerification> verify_log_in(const std::filesystem::path& directory,
                                      const VerifyProgress& progress) {
  // First: a writer may go on, and then the log is ahead of it, never behind.
  const auto path = watermark_path(directory);
  const auto watermark = read_watermark(file_system_of(nullptr), path);
  if (!watermark && watermark.error().code != ErrorCode::corruption) {
    return std::unexpected(watermark.error());
  }
  const auto log = EventLog::open_read_only(directory);
  if (!log) return std::unexpected(log.error());
  const std::optional<Watermark> mark = watermark ? *watermark : std::nullopt;
  auto verification = verify_log(**log, mark, progress);
  if (!verification || mark) return verification;
  const auto expected = (*log)->expects_watermark();
  if (!expected) return std::unexpected(expected.error());
  if (!watermark || (*expected && verification->last_sequence > 0)) {
    const Sequence behind = verification->last_sequence + 1;
    Error error = watermark ? corruption(fmt::format("the watermark {} is gone", path.string()))
                            : watermark.error();
    verification->damages.push_back({behind, behind, std::move(error)});
    ++verification->damage_count;
  }
  return verification;
}

}  // namespace rounds
