#include "eventlog/event_log.hpp"

#include <utility>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "core/check.hpp"
#include "core/clock.hpp"
#include "eventlog/idle_wals.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr const char* frames_family = "log";
constexpr const char* format_version_key = "format_version";
constexpr const char* log_id_key = "log_id";
constexpr std::string_view format_version = "1";

// Large enough that a burst is not cut into many small files.
constexpr std::size_t write_buffer_bytes = 64U << 20U;
constexpr std::size_t block_cache_bytes = 32U << 20U;

// Passes over the log read this far ahead: at 2 MiB the disk is no longer the limit.
constexpr std::size_t scan_readahead_bytes = 2U << 20U;

// Extra checksums on keys and values on their way through memory.
constexpr std::size_t protection_bytes_per_key = 8;

rocksdb::ColumnFamilyOptions frames_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.memtable_protection_bytes_per_key = protection_bytes_per_key;
  options.force_consistency_checks = true;
  // Files of an append-only log never overlap: compactions only move them.
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  table.block_size = frame_target_bytes;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions database_options(const EventLogOptions& options) {
  rocksdb::DBOptions database;
  database.create_if_missing = options.create_if_missing;
  database.create_missing_column_families = true;
  database.paranoid_checks = true;
  database.verify_sst_unique_id_in_manifest = true;
  // A torn tail after a crash opens; damage in the middle refuses. The default would drop fsynced
  // data.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  database.statistics = options.statistics;
  database.keep_log_file_num = 5;
  return database;
}

std::string describe(const std::filesystem::path& directory) {
  return fmt::format("opening the log in {}", directory.string());
}

}  // namespace

Result<std::unique_ptr<EventLog>> EventLog::open(const std::filesystem::path& directory,
                                                 const EventLogOptions& options) {
  std::error_code error;
  if (options.create_if_missing) {
    std::filesystem::create_directories(directory, error);
    if (error) {
      return fail(ErrorCode::io_error,
                  fmt::format("cannot create {}: {}", directory.string(), error.message()));
    }
  } else if (!std::filesystem::exists(directory / "CURRENT", error)) {
    return fail(ErrorCode::data_missing,
                fmt::format("there is no event log in {}; name the data directory of a store",
                            directory.string()));
  }
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{}},
      {frames_family, frames_options()}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::Open(database_options(options), directory.string(), families,
                                        &handles, &database);
  if (!status.ok()) return std::unexpected(from_status(status, describe(directory)));
  std::unique_ptr<EventLog> log(new EventLog);
  log->database_.reset(database);
  log->meta_ = handles[0];
  log->frames_ = handles[1];
  if (auto loaded = log->load_end(); !loaded) {
    return std::unexpected(loaded.error().with_context(describe(directory)));
  }
  if (auto identified = log->load_or_create_identity(); !identified) {
    return std::unexpected(identified.error().with_context(describe(directory)));
  }
  if (auto dropped = drop_idle_wals(*log->database_, log->meta_, format_version_key); !dropped) {
    return std::unexpected(dropped.error().with_context(describe(directory)));
  }
  return log;
}

EventLog::~EventLog() {
  static_cast<void>(close());
}

Result<void> EventLog::load_or_create_identity() {
  std::string version;
  const auto found = database_->Get({}, meta_, format_version_key, &version);
  if (found.IsNotFound() && last_sequence() == 0) {
    id_ = Uuid7Generator{}.next(system_clock().now());
    rocksdb::WriteBatch batch;
    batch.Put(meta_, format_version_key, rocksdb::Slice(format_version));
    batch.Put(meta_, log_id_key, id_.to_string());
    rocksdb::WriteOptions synced;
    synced.sync = true;
    return check_status(database_->Write(synced, &batch), "writing the identity of the log");
  }
  if (found.IsNotFound()) {
    return fail(ErrorCode::corruption, "the log has events, but its format version is gone");
  }
  if (!found.ok()) return std::unexpected(from_status(found, "reading the format version"));
  if (version != format_version) {
    return fail(ErrorCode::unsupported,
                fmt::format("the log has format {}; this release reads {}: use a newer release",
                            version, format_version));
  }
  std::string id;
  const auto status = database_->Get({}, meta_, log_id_key, &id);
  if (!status.ok()) return std::unexpected(from_status(status, "reading the id of the log"));
  const auto parsed = SignatureId::parse(id);
  if (!parsed) return fail(ErrorCode::corruption, fmt::format("the id of the log is \"{}\"", id));
  id_ = *parsed;
  return {};
}

Result<void> EventLog::load_end() {
  rocksdb::ReadOptions options;
  const std::unique_ptr<rocksdb::Iterator> frames(database_->NewIterator(options, frames_));
  frames->SeekToLast();
  if (!frames->Valid()) return check_status(frames->status(), "reading the end of the log");
  const auto frame = FrameView::parse(frames->value().ToStringView());
  if (!frame) return std::unexpected(frame.error().with_context("the end of the log"));
  const auto bytes = frame->event_bytes(frame->event_count() - 1);
  if (!bytes) return std::unexpected(bytes.error());
  const auto event = decode_event(*bytes);
  if (!event) return std::unexpected(event.error().with_context("the last event of the log"));
  last_sequence_ = frame->last_sequence();
  last_time_ = event->time;
  chain_ = frame->chain();
  return {};
}

Result<void> EventLog::append(std::span<const Event> events, Durability durability) {
  if (failed_) {
    return fail(ErrorCode::unavailable,
                "a write to the log failed earlier, so no more are taken; open the store again");
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
  options.protection_bytes_per_key = protection_bytes_per_key;
  const auto status = database_->Write(options, &batch);
  if (!status.ok()) {
    failed_ = true;
    return std::unexpected(from_status(status, "appending to the log"));
  }
  chain_ = chain;
  last_time_ = events.back().time;
  last_sequence_ = next - 1;
  return {};
}

LogReader EventLog::read(Sequence from) const {
  ROUNDS_CHECK(from >= 1, "the first event has sequence 1");
  rocksdb::ReadOptions options;
  options.readahead_size = scan_readahead_bytes;
  options.fill_cache = false;
  const Sequence last = last_sequence();
  return LogReader(std::unique_ptr<rocksdb::Iterator>(database_->NewIterator(options, frames_)),
                   from, last);
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
  const auto synced = database_->SyncWAL();
  database_->DestroyColumnFamilyHandle(frames_);
  database_->DestroyColumnFamilyHandle(meta_);
  const auto closed = database_->Close();
  database_.reset();
  if (auto status = check_status(synced, "closing the log"); !status) return status;
  return check_status(closed, "closing the log");
}

}  // namespace rounds
