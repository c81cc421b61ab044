#include "eventlog/event_log.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "core/check.hpp"
#include "eventlog/frame_tables.hpp"
#include "eventlog/log_database.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// Passes over the log read this far ahead: at 2 MiB the disk is no longer the limit.
constexpr std::size_t scan_readahead_bytes = 2U << 20U;

// A group of usual size under load; the memory of a larger one goes back.
constexpr std::size_t max_spare_batch_bytes = 32U << 20U;

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
  if (failure_) return;
  failure_ = error;
  failed_.store(true);
}

void EventLog::note_durable(Sequence sequence) {
  Sequence durable = durable_sequence_.load();
  while (durable < sequence && !durable_sequence_.compare_exchange_weak(durable, sequence)) {
  }
}

Result<void> EventLog::make_durable(Sequence sequence) {
  if (sequence <= durable_sequence_.load()) return {};
  if (const auto failed = failure()) {
    return fail(ErrorCode::io_error,
                fmt::format("event {} is not on the disk, and one write to the log has failed: {}",
                            sequence, failed->message));
  }
  const Sequence written = last_sequence();
  if (auto synced = check_status(database_->SyncWAL(), "syncing the log"); !synced) {
    note_failure(synced.error());
    return synced;
  }
  note_durable(written);
  return {};
}

EventGroup EventLog::begin_group() {
  ROUNDS_CHECK(watermark_ != nullptr, "the log was opened for writing and is not closed");
  auto batch = spare_batch_ ? std::move(spare_batch_) : std::make_unique<rocksdb::WriteBatch>();
  return {std::move(batch), {frames_, meta_}, last_sequence() + 1, chain_};
}

Result<void> EventLog::append(std::span<const Event> events, Durability durability) {
  EventGroup group = begin_group();
  for (const Event& event : events) group.add(event);
  return append(std::move(group), durability);
}

Result<void> EventLog::append(EventGroup group, Durability durability) {
  ROUNDS_CHECK(watermark_ != nullptr, "the log was opened for writing and is not closed");
  if (const auto failed = failure()) {
    return fail(ErrorCode::unavailable,
                fmt::format("no writes are taken until the store is opened again, because one to "
                            "the log failed: {}",
                            failed->message));
  }
  ROUNDS_CHECK(group.first_ == last_sequence() + 1, "a group goes on where the log ends");
  const bool has_events = !group.is_empty();
  if (!has_events && !group.has_side_records_) return {};
  group.finish_events();
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  options.protection_bytes_per_key = log_protection_bytes_per_key;
  if (auto written =
          check_status(database_->Write(options, group.batch_.get()), "appending to the log");
      !written) {
    note_failure(written.error());
    return written;
  }
  if (has_events) {
    chain_ = group.chain_;
    last_time_ = group.last_time_;
    last_sequence_ = group.last_;
  }
  if (group.batch_->GetDataSize() <= max_spare_batch_bytes) {
    spare_batch_ = std::move(group.batch_);
    spare_batch_->Clear();
  }
  // A group that is not synced may be lost by a power cut, and the watermark must not outlive it.
  if (!options.sync) return {};
  note_durable(last_sequence_);
  if (!has_events) return {};
  if (auto noted = watermark_->write(end()); !noted) {
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

Result<std::vector<Event>> EventLog::read_batch(Sequence first, Sequence last,
                                                std::size_t max_bytes) const {
  ROUNDS_CHECK(first >= 1 && first <= last && last <= last_sequence(), "the log has these events");
  // No scan_options(): what is new is in memory, and of what is not a batch needs little.
  LogReader reader(std::unique_ptr<rocksdb::Iterator>(database_->NewIterator({}, frames_)), first,
                   last);
  std::vector<Event> events;
  while (reader.bytes_read() < max_bytes) {
    auto event = reader.next();
    if (!event && events.empty()) return std::unexpected(std::move(event.error()));
    if (!event || !*event) break;
    events.push_back(**std::move(event));
  }
  return events;
}

std::unique_ptr<rocksdb::Iterator> EventLog::read_frames() const {
  return std::unique_ptr<rocksdb::Iterator>(database_->NewIterator(scan_options(), frames_));
}

Result<std::optional<std::string>> EventLog::read_frame(Sequence first) const {
  std::string frame;
  const auto status = database_->Get({}, frames_, frame_key(first), &frame);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return std::unexpected(from_status(status, fmt::format("event {}", first)));
  return std::optional(std::move(frame));
}

DatabaseMetrics EventLog::metrics() const {
  const std::array families{meta_, frames_};
  return database_metrics(*database_, families);
}

std::unique_ptr<FrameTables> EventLog::read_tables() const {
  return std::make_unique<FrameTables>(*database_, frames_);
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
    Watermark last = end();
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
