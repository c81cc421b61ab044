#include "eventlog/event_log.hpp"

#include <utility>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "core/check.hpp"
#include "eventlog/log_database.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// Passes over the log read this far ahead: at 2 MiB the disk is no longer the limit.
constexpr std::size_t scan_readahead_bytes = 2U << 20U;

rocksdb::ReadOptions scan_options() {
  rocksdb::ReadOptions options;
  options.readahead_size = scan_readahead_bytes;
  options.fill_cache = false;
  return options;
}

}  // namespace

EventLog::~EventLog() {
  static_cast<void>(close());
}

std::optional<Error> EventLog::failure() const {
  if (!failed_.load()) return syncer_ ? syncer_->failure() : std::nullopt;
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

void EventLog::note_failure(const Error& error) {
  const std::lock_guard lock(failure_mutex_);
  failure_ = error;
  failed_.store(true);
}

Result<void> EventLog::append(std::span<const Event> events, Durability durability) {
  ROUNDS_CHECK(watermark_ != nullptr, "the log was opened for writing and is not closed");
  if (const auto failed = failure()) {
    return fail(ErrorCode::unavailable,
                fmt::format("no writes are taken until the store is opened again, because one to "
                            "the log failed: {}",
                            failed->message));
  }
  if (events.empty()) return {};
  rocksdb::WriteBatch batch;
  ChainHash chain = chain_;
  const auto put_frame = [&] {
    const Sequence first = frame_writer_.first_sequence();
    const FrameWriter::Finished frame = frame_writer_.finish();
    batch.Put(frames_, frame_key(first), rocksdb::Slice(frame.bytes));
    chain = frame.chain;
  };
  Sequence next = last_sequence() + 1;
  frame_writer_.begin(next, chain);
  for (const Event& event : events) {
    ROUNDS_CHECK(event.sequence == next, "events are appended without a gap");
    if (frame_writer_.is_full()) {
      put_frame();
      frame_writer_.begin(next, chain);
    }
    frame_writer_.add(encoder_.encode(event));
    ++next;
  }
  put_frame();
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  options.protection_bytes_per_key = log_protection_bytes_per_key;
  if (auto written = check_status(database_->Write(options, &batch), "appending to the log");
      !written) {
    note_failure(written.error());
    return written;
  }
  chain_ = chain;
  last_time_ = events.back().time;
  last_sequence_ = next - 1;
  // A group that is not synced may be lost by a power cut, and the watermark must not outlive it.
  if (!options.sync) return {};
  if (auto noted = watermark_->write(watermark_here()); !noted) {
    note_failure(noted.error());
    return noted;
  }
  return {};
}

LogReader EventLog::read(Sequence from) const {
  ROUNDS_CHECK(from >= 1, "the first event has sequence 1");
  // Before the iterator, which then sees all events up to it.
  const Sequence last = last_sequence();
  return LogReader(
      std::unique_ptr<rocksdb::Iterator>(database_->NewIterator(scan_options(), frames_)), from,
      last);
}

std::unique_ptr<rocksdb::Iterator> EventLog::read_frames() const {
  return std::unique_ptr<rocksdb::Iterator>(database_->NewIterator(scan_options(), frames_));
}

Result<std::vector<Event>> EventLog::read_each(std::span<const Sequence> sequences) const {
  std::vector<Event> events;
  events.reserve(sequences.size());
  const Sequence last = last_sequence();
  const std::unique_ptr<rocksdb::Iterator> frames(database_->NewIterator({}, frames_));
  for (const Sequence sequence : sequences) {
    frames->SeekForPrev(frame_key(sequence));
    if (auto status = check_status(frames->status(), "reading the log"); !status) {
      return std::unexpected(status.error());
    }
    if (!frames->Valid() || sequence > last) {
      return fail(ErrorCode::corruption,
                  fmt::format("event {} is not in the log; run rounds verify", sequence));
    }
    const auto frame = FrameView::parse(frames->value().ToStringView());
    if (!frame)
      return std::unexpected(frame.error().with_context(fmt::format("event {}", sequence)));
    if (sequence > frame->last_sequence()) {
      return fail(ErrorCode::corruption,
                  fmt::format("event {} is not in the log; run rounds verify", sequence));
    }
    const auto bytes =
        frame->event_bytes(static_cast<std::uint32_t>(sequence - frame->first_sequence()));
    if (!bytes) return std::unexpected(bytes.error());
    auto event = decode_event(*bytes);
    if (!event)
      return std::unexpected(event.error().with_context(fmt::format("event {}", sequence)));
    events.push_back(*std::move(event));
  }
  return events;
}

Result<void> EventLog::close() {
  if (!database_) return {};
  // After a failure, also one while it was opened, nobody knows what is on the disk: nothing more
  // is said about it, and RocksDB must not be asked to sync.
  const bool is_whole = syncer_ != nullptr && !failure();
  syncer_.reset();
  Result<void> finished;
  if (is_whole) {
    finished = check_status(database_->SyncWAL(), "closing the log");
    Watermark last = watermark_here();
    last.closed = true;
    if (finished) finished = watermark_->write(last);
    if (finished) finished = watermark_->sync();
  }
  watermark_.reset();
  database_->DestroyColumnFamilyHandle(frames_);
  database_->DestroyColumnFamilyHandle(meta_);
  const auto closed = check_status(database_->Close(), "closing the log");
  database_.reset();
  return finished ? closed : finished;
}

}  // namespace rounds
