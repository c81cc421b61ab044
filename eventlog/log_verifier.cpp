#include "eventlog/log_verifier.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <rocksdb/iterator.h>

#include "eventlog/file_system.hpp"
#include "eventlog/frame_tables.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// Reads of single frames until an iterator that met damage is tried again, which costs as much as a
// few of them.
constexpr std::uint64_t reads_between_attempts = 256;

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
           const VerifyProgress& progress, const SoundEventVisit& visit)
      : log_(log), progress_(progress), visit_(visit), frames_(log.read_frames()) {
    answer_.last_sequence = log.last_sequence();
    answer_.watermark = watermark;
  }

  Result<LogVerification> run() {
    frames_->SeekToFirst();
    while (true) {
      if (stopped_) break;
      if (frames_->Valid()) {
        check_frame(frames_->key().ToStringView(), frames_->value().ToStringView());
        frames_->Next();
        continue;
      }
      const auto status = frames_->status();
      if (status.ok()) break;
      Error error = from_status(status, "reading the log");
      if (error.code != ErrorCode::corruption) return std::unexpected(std::move(error));
      if (!read_through_damage(error)) break;
    }
    if (stopped_) return std::unexpected(*std::move(stopped_));
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

  // A damaged block keeps an iterator also from the frames in other files: reads frame by frame,
  // until the iterator works again and stands behind what was read. False if that is the end.
  bool read_through_damage(const Error& met) {
    const Sequence acknowledged = answer_.watermark ? answer_.watermark->sequence : 0;
    const auto tables = log_.read_tables();
    // Where the log ends may be unknown as well.
    const Sequence end = std::max({answer_.last_sequence, acknowledged, tables->last_frame()});
    Sequence at = next_;
    for (std::uint64_t reads = 1; at <= end && !stopped_; ++reads) {
      auto frame = log_.read_frame(at);
      if (!frame) frame = tables->find(at);
      if (!frame && frame.error().code != ErrorCode::corruption) {
        stopped_ = frame.error();
      } else if (frame && *frame) {
        check_frame(frame_key(at), **frame);
      } else {
        note_unreadable(frame ? met : frame.error());
      }
      at = std::max(at + 1, next_);
      if (reads % reads_between_attempts == 0 && reaches(at)) return true;
    }
    return false;
  }

  bool reaches(Sequence sequence) {
    frames_->Seek(frame_key(sequence));
    return frames_->Valid();
  }

  void check_frame(std::string_view key_bytes, std::string_view bytes) {
    const auto key = parse_frame_key(key_bytes);
    if (!key) return note_unreadable(key.error());
    const auto frame = FrameView::parse(bytes);
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
      history_holds_ = false;
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
      // Its frame is sound, so it says what was written: by a newer release.
      if (event.error().code == ErrorCode::unsupported) stopped_ = event.error();
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
    if (!visit_ || stopped_) return;
    if (auto visited = visit_(*std::move(event), history_holds_); !visited) {
      stopped_ = std::move(visited.error());
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
                        (mark->log_id == log_.id() || log_.id() == LogId{});
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
    answer_.last_sequence = std::max(answer_.last_sequence, next_ - 1);
    if (next_ > end) return;
    note_damage(next_, end,
                corruption(acknowledged >= next_
                               ? fmt::format("events {} to {} were acknowledged and are lost: the "
                                             "log ends with event {}",
                                             next_, end, next_ - 1)
                               : fmt::format("events {} to {} are missing", next_, end)));
  }

  const EventLog& log_;
  const VerifyProgress& progress_;
  const SoundEventVisit& visit_;
  std::unique_ptr<rocksdb::Iterator> frames_;
  LogVerification answer_;
  Sequence next_ = 1;                // the event expected next
  std::optional<ChainHash> chain_;   // of the frame before, if that was sound
  bool history_holds_ = true;        // no chain was broken so far
  std::optional<Error> stopped_;     // why the check cannot go on
  std::optional<Error> unreadable_;  // why what begins with next_ cannot be read
  std::unordered_map<SignatureId, Version> versions_;
};

}  // namespace

Result<LogVerification> verify_log(const EventLog& log,
                                   const Result<std::optional<Watermark>>& watermark,
                                   const VerifyProgress& progress, const SoundEventVisit& visit) {
  if (!watermark && watermark.error().code != ErrorCode::corruption) {
    return std::unexpected(watermark.error());
  }
  const std::optional<Watermark> mark = watermark ? *watermark : std::nullopt;
  auto verification = Verifier(log, mark, progress, visit).run();
  if (!verification || mark) return verification;
  const auto expected = log.expects_watermark();
  if (!expected && expected.error().code != ErrorCode::corruption) {
    return std::unexpected(expected.error());
  }
  if (!watermark || !expected || (*expected && verification->last_sequence > 0)) {
    const Sequence behind = verification->last_sequence + 1;
    Error error =
        !watermark  ? watermark.error()
        : !expected ? expected.error()
                    : corruption("its watermark is gone, so nobody knows whether the log is whole");
    verification->damages.push_back({behind, behind, std::move(error)});
    ++verification->damage_count;
  }
  return verification;
}

Result<LogVerification> verify_log_in(const std::filesystem::path& directory,
                                      const VerifyProgress& progress) {
  const auto watermark = read_watermark(file_system_of(nullptr), watermark_path(directory));
  const auto log = EventLog::open_read_only(directory);
  if (!log) return std::unexpected(log.error());
  return verify_log(**log, watermark, progress);
}

}  // namespace rounds
