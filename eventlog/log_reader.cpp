#include <utility>

#include <fmt/format.h>
#include <rocksdb/iterator.h>

#include "eventlog/event_log.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {

LogReader::LogReader(std::unique_ptr<rocksdb::Iterator> frames, Sequence from, Sequence last)
    : frames_(std::move(frames)), next_(from), last_(last) {
  frames_->SeekForPrev(frame_key(from));
}

LogReader::LogReader(LogReader&&) noexcept = default;
LogReader& LogReader::operator=(LogReader&&) noexcept = default;
LogReader::~LogReader() = default;

Result<std::optional<Event>> LogReader::next() {
  // Damage to what the checksum does not cover is found again and again.
  const Sequence sequence = next_;
  const std::size_t offset = offset_;
  const auto stay = [&](Error error) {
    next_ = sequence;
    offset_ = offset;
    return std::unexpected(std::move(error));
  };
  const auto bytes = next_bytes();
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::optional<Event>{};
  auto event = decode_event(**bytes);
  if (!event) return stay(event.error().with_context(fmt::format("event {}", sequence)));
  if (event->sequence != sequence) {
    return stay({ErrorCode::corruption, fmt::format("event {} stands at the place of event {}",
                                                    event->sequence, sequence)});
  }
  return std::optional(*std::move(event));
}

Result<std::optional<std::string_view>> LogReader::next_bytes() {
  if (next_ > last_) return std::optional<std::string_view>{};
  if (!frame_ || next_ > frame_->last_sequence()) {
    const auto loaded = load_frame();
    if (!loaded) return std::unexpected(loaded.error());
    if (!*loaded) {
      return fail(
          ErrorCode::corruption,
          fmt::format("the log ends before event {}, but {} events were written; run rounds "
                      "verify",
                      next_, last_));
    }
  }
  const auto bytes =
      frame_->event_bytes(static_cast<std::uint32_t>(next_ - frame_->first_sequence()), offset_);
  if (!bytes) return std::unexpected(bytes.error());
  offset_ += bytes->size();
  ++next_;
  bytes_read_ += bytes->size();
  return std::optional(*bytes);
}

Result<bool> LogReader::load_frame() {
  if (frame_) {
    chain_ = frame_->chain();
    frame_.reset();
    frames_->Next();
  }
  if (!frames_->Valid()) {
    if (auto status = check_status(frames_->status(), "reading the log"); !status) {
      return std::unexpected(status.error());
    }
    return false;
  }
  const auto frame = FrameView::parse(frames_->value().ToStringView());
  if (!frame) return std::unexpected(frame.error().with_context(fmt::format("event {}", next_)));
  if (auto checked = check_frame(*frame); !checked) return std::unexpected(checked.error());
  frame_ = *frame;
  offset_ = frame->offset_of(static_cast<std::uint32_t>(next_ - frame->first_sequence()));
  return true;
}

Result<void> LogReader::check_frame(const FrameView& frame) const {
  const auto key = parse_frame_key(frames_->key().ToStringView());
  if (!key) return std::unexpected(key.error());
  if (*key != frame.first_sequence()) {
    return fail(ErrorCode::corruption, fmt::format("the frame at key {} begins with event {}", *key,
                                                   frame.first_sequence()));
  }
  if (next_ < frame.first_sequence() || next_ > frame.last_sequence()) {
    return fail(ErrorCode::corruption,
                fmt::format("event {} is missing; the log goes on with events {} to {}", next_,
                            frame.first_sequence(), frame.last_sequence()));
  }
  const bool first = frame.first_sequence() == 1;
  if ((chain_ && frame.previous_chain() != *chain_) || (first && frame.previous_chain() != 0)) {
    return fail(
        ErrorCode::corruption,
        fmt::format("the chain breaks at event {}: the events before it are not those it was "
                    "written after",
                    frame.first_sequence()));
  }
  return {};
}

}  // namespace rounds
