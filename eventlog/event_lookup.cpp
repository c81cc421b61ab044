// Reading single events of a log, and finding the place of a moment in it.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/db.h>

#include "core/check.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// The blocks of more would push all others out of the cache, and hardly be asked for again.
constexpr std::size_t most_cached_events = 256;

// A guess that leads this many frames astray was a bad one.
constexpr int most_frames_forward = 3;

// Finds frames by their events.
class FrameFinder {
 public:
  explicit FrameFinder(std::unique_ptr<rocksdb::Iterator> frames) : frames_(std::move(frames)) {}

  // The frame with this event; valid until the next call. It is read once for events that are asked
  // for one after the other. Errors: corruption if there is none; io_error.
  Result<const FrameView*> find(Sequence sequence) {
    if (frame_ && frame_->first_sequence() <= sequence && sequence <= frame_->last_sequence()) {
      return &*frame_;
    }
    frame_.reset();
    if (find_forward(sequence)) return &*frame_;
    frames_->SeekForPrev(frame_key(sequence));
    if (auto status = check_status(frames_->status(), "reading the log"); !status) {
      return std::unexpected(std::move(status.error()));
    }
    if (!frames_->Valid()) return absent(sequence);
    auto frame = FrameView::parse(frames_->value().ToStringView());
    if (!frame) return std::unexpected(std::move(frame.error()));
    if (sequence > frame->last_sequence()) return absent(sequence);
    take(*frame);
    return &*frame_;
  }

 private:
  // Guesses that the frame is as long as the one found before. Seeking backward is sure to find it,
  // but makes RocksDB read the block before it as well. False if the guess was wrong, or anything
  // is damaged that was read on the way.
  bool find_forward(Sequence sequence) {
    if (length_ == 0 || sequence == 0) return false;
    const Sequence before = std::min(sequence, length_) - 1;
    frames_->Seek(frame_key(sequence - before));
    for (int frames_read = 0; frames_read < most_frames_forward; ++frames_read) {
      if (!frames_->Valid()) return false;
      const auto frame = FrameView::parse(frames_->value().ToStringView());
      if (!frame || frame->first_sequence() > sequence) return false;
      if (sequence <= frame->last_sequence()) {
        take(*frame);
        return true;
      }
      frames_->Next();
    }
    return false;
  }

  void take(const FrameView& frame) {
    frame_ = frame;
    length_ = frame.event_count();
  }

  static std::unexpected<Error> absent(Sequence sequence) {
    return fail(ErrorCode::corruption,
                fmt::format("event {} is not in the log; run rounds verify", sequence));
  }

  std::unique_ptr<rocksdb::Iterator> frames_;
  std::optional<FrameView> frame_;  // where the iterator stands
  Sequence length_ = 0;             // of the last frame found, in events
};

// Valid until the next call to find an event.
Result<std::string_view> find_bytes(FrameFinder& frames, Sequence sequence) {
  const auto frame = frames.find(sequence);
  if (!frame) return std::unexpected(frame.error());
  return (*frame)->event_bytes(static_cast<std::uint32_t>(sequence - (*frame)->first_sequence()));
}

std::unexpected<Error> with_place(const Error& error, Sequence sequence) {
  return std::unexpected(error.with_context(fmt::format("event {}", sequence)));
}

}  // namespace

Result<std::vector<Event>> EventLog::read_each(std::span<const Sequence> sequences) const {
  std::vector<Event> events;
  events.reserve(sequences.size());
  const auto visited = visit_each(sequences, [&](std::string_view bytes) -> Result<void> {
    auto event = decode_event(bytes);
    if (!event) return std::unexpected(std::move(event.error()));
    events.push_back(*std::move(event));
    return {};
  });
  if (!visited) return std::unexpected(visited.error());
  return events;
}

Result<void> EventLog::visit_each(std::span<const Sequence> sequences,
                                  const EventVisitor& visit) const {
  rocksdb::ReadOptions options;
  options.fill_cache = sequences.size() <= most_cached_events;
  FrameFinder frames(std::unique_ptr<rocksdb::Iterator>(database_->NewIterator(options, frames_)));
  for (const Sequence sequence : sequences) {
    const auto bytes = find_bytes(frames, sequence);
    if (!bytes) return with_place(bytes.error(), sequence);
    if (auto visited = visit(*bytes); !visited) return with_place(visited.error(), sequence);
  }
  return {};
}

bool EventLog::has_chain(Sequence sequence, ChainHash chain) const {
  FrameFinder frames(std::unique_ptr<rocksdb::Iterator>(database_->NewIterator({}, frames_)));
  const auto frame = frames.find(sequence);
  return frame && (*frame)->last_sequence() == sequence && (*frame)->chain() == chain;
}

Result<Sequence> EventLog::sequence_at(const Moment& moment, Sequence end) const {
  ROUNDS_CHECK(end <= last_sequence(), "a place in this log");
  if (const auto* sequence = std::get_if<Sequence>(&moment)) {
    if (*sequence > end) return std::unexpected(behind_the_end(*sequence, end));
    return *sequence;
  }
  const Timestamp time = std::get<Timestamp>(moment);
  FrameFinder frames(std::unique_ptr<rocksdb::Iterator>(database_->NewIterator({}, frames_)));
  Sequence not_behind = 0;
  Sequence behind = end + 1;  // or the end
  while (behind - not_behind > 1) {
    const Sequence middle = not_behind + (behind - not_behind) / 2;
    const auto bytes = find_bytes(frames, middle);
    if (!bytes) return with_place(bytes.error(), middle);
    const auto event = decode_event(*bytes);
    if (!event) return with_place(event.error(), middle);
    (event->time <= time ? not_behind : behind) = middle;
  }
  return not_behind;
}

}  // namespace rounds
