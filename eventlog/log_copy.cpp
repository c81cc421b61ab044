// The beginning of one log as a log of its own.
#include <utility>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "core/check.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/log_database.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// Written at once: shares the cost of a write.
constexpr std::size_t batch_bytes = 1U << 20U;

std::unexpected<Error> corrupt(std::string message) {
  return fail(ErrorCode::corruption, std::move(message) + "; run rounds verify");
}

// The frame at `frames`, which must go on behind event `last`, where the chain is `chain`.
Result<FrameView> read_following(const rocksdb::Iterator& frames, Sequence last, ChainHash chain) {
  if (!frames.Valid()) {
    if (auto read = check_status(frames.status(), "reading the log"); !read) {
      return std::unexpected(std::move(read.error()));
    }
    return corrupt("it is not there");
  }
  const auto key = parse_frame_key(frames.key().ToStringView());
  if (!key) return std::unexpected(key.error());
  const auto frame = FrameView::parse(frames.value().ToStringView());
  if (!frame) return frame;
  if (*key != last + 1 || frame->first_sequence() != *key) {
    return corrupt(fmt::format("the next frame has the key {} and begins with event {}", *key,
                               frame->first_sequence()));
  }
  if (frame->previous_chain() != chain) {
    return corrupt("the chain breaks: the events before it are not those it was written after");
  }
  return frame;
}

// Checks the events of `frame` and returns the time of the last one.
Result<Timestamp> check_events(const FrameView& frame) {
  std::string_view last;
  for (std::uint32_t i = 0; i < frame.event_count(); ++i) {
    const auto bytes = frame.event_bytes(i);
    if (!bytes) return std::unexpected(bytes.error());
    last = *bytes;
  }
  const auto event = decode_event(last);
  if (!event) return std::unexpected(event.error());
  return event->time;
}

}  // namespace

Result<void> EventLog::copy_from(const EventLog& source, Sequence through,
                                 const CopyProgress& progress) {
  ROUNDS_CHECK(watermark_ != nullptr && last_sequence() == 0, "an empty log, opened for writing");
  ROUNDS_CHECK(through <= source.last_sequence(), "events that are there");
  if (auto copied = copy_whole_frames(source, through, progress); !copied) {
    return std::unexpected(
        copied.error().with_context(fmt::format("event {}", last_sequence() + 1)));
  }
  std::vector<Event> rest;  // of one frame
  LogReader reader = source.read(last_sequence() + 1);
  while (last_sequence() + rest.size() < through) {
    auto event = reader.next();
    if (!event) return std::unexpected(std::move(event.error()));
    rest.push_back(**std::move(event));
  }
  if (auto appended = append(rest, Durability::buffered); !appended) return appended;
  if (progress) progress(through, through);
  return {};
}

Result<void> EventLog::copy_whole_frames(const EventLog& source, Sequence through,
                                         const CopyProgress& progress) {
  const std::unique_ptr<rocksdb::Iterator> frames = source.read_frames();
  rocksdb::WriteOptions buffered;
  buffered.protection_bytes_per_key = log_protection_bytes_per_key;
  rocksdb::WriteBatch batch;
  const auto write = [&]() -> Result<void> {
    auto written = check_status(database_->Write(buffered, &batch), "copying the log");
    if (!written) note_failure(written.error());
    batch.Clear();
    if (progress) progress(last_sequence(), through);
    return written;
  };
  for (frames->SeekToFirst(); last_sequence() < through; frames->Next()) {
    const auto frame = read_following(*frames, last_sequence(), chain_);
    if (!frame) return std::unexpected(frame.error());
    if (frame->last_sequence() > through) break;
    const auto time = check_events(*frame);
    if (!time) return std::unexpected(time.error());
    batch.Put(frames_, frames->key(), frames->value());
    last_sequence_ = frame->last_sequence();
    last_time_ = *time;
    chain_ = frame->chain();
    if (batch.GetDataSize() < batch_bytes) continue;
    if (auto written = write(); !written) return written;
  }
  return write();
}

}  // namespace rounds
