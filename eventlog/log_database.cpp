#include "eventlog/log_database.hpp"

#include <memory>

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include "eventlog/file_system.hpp"
#include "eventlog/frame.hpp"
#include "eventlog/info_log.hpp"
#include "eventlog/manifest_mark.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "eventlog/sync_timer.hpp"
#include "eventlog/torn_end.hpp"
#include "eventlog/wal_reading_env.hpp"

namespace rounds {
namespace {

constexpr const char* frames_family = "log";

// Large enough that a burst is not cut into many small files.
constexpr std::size_t write_buffer_bytes = 32U << 20U;
// That of side records, which come beside the events and are a fraction of their size: a
// write-ahead log is kept until both families have written what is in it to table files.
constexpr std::size_t meta_write_buffer_bytes = 4U << 20U;
// A few side records in each group would fill their buffer so slowly that hundreds of megabytes of
// write-ahead log waited for it, which the next opening would have to read. At this size what the
// oldest of them still waits for is written. More than two buffers of events: earlier that would
// end the buffer of events as well while the one before is being written, and appends would wait.
constexpr std::size_t most_wal_bytes = 3 * write_buffer_bytes;
// The disk begins with a group while the rest of it is still being written, so that there is less
// to wait for at its end. As much as RocksDB hands to the system at once.
constexpr std::uint64_t wal_bytes_per_sync = 1U << 20U;
constexpr std::size_t block_cache_bytes = 32U << 20U;

// RocksDB would keep every table file open. Small ones are never merged, and each opening and each
// backup may end one: there can be thousands, while a process may have 1024 files open.
constexpr int max_open_table_files = 256;

rocksdb::ColumnFamilyOptions frames_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.memtable_protection_bytes_per_key = log_protection_bytes_per_key;
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

}  // namespace

std::vector<rocksdb::ColumnFamilyDescriptor> log_families() {
  rocksdb::ColumnFamilyOptions meta;
  meta.write_buffer_size = meta_write_buffer_bytes;
  return {{rocksdb::kDefaultColumnFamilyName, meta}, {frames_family, frames_options()}};
}

rocksdb::DBOptions log_database_options(const EventLogOptions& options,
                                        rocksdb::WALRecoveryMode recovery) {
  rocksdb::DBOptions database;
  if (options.env != nullptr) database.env = options.env;
  database.create_if_missing = options.create_if_missing;
  database.create_missing_column_families = options.create_if_missing;
  database.paranoid_checks = true;
  database.max_total_wal_size = most_wal_bytes;
  database.recycle_log_file_num = 0;  // wal_reading_env.hpp relies on it
  // RocksDB starts all of these at each opening, however few files there are.
  database.max_file_opening_threads = 2;
  database.max_open_files = max_open_table_files;
  database.verify_sst_unique_id_in_manifest = true;
  database.wal_recovery_mode = recovery;
  // After a failed write nobody knows what is on the disk: RocksDB must not go on by itself.
  database.max_bgerror_resume_count = 0;
  database.statistics = options.statistics;
  database.wal_bytes_per_sync = wal_bytes_per_sync;
  return database;
}

Result<OpenedLogDatabase> open_log_database(const std::filesystem::path& directory,
                                            const EventLogOptions& options,
                                            const std::optional<Watermark>& watermark) {
  OpenedLogDatabase result;
  rocksdb::DB* database = nullptr;
  rocksdb::FileSystem& files = file_system_of(options.env);
  if (auto whole = check_manifest(files, directory); !whole) return std::unexpected(whole.error());
  const auto mark = std::make_shared<ManifestMark>(files, directory);
  const auto info_log = make_info_log(directory);
  result.env = make_wal_reading_env(options.env);
  const auto open_with = [&](rocksdb::WALRecoveryMode recovery) {
    auto chosen = log_database_options(options, recovery);
    chosen.env = result.env.get();
    chosen.info_log = info_log;
    chosen.listeners.push_back(mark);
    if (options.sync_durations) {
      chosen.listeners.push_back(std::make_shared<SyncTimer>(options.sync_durations));
    }
    return rocksdb::DB::Open(chosen, directory.string(), log_families(), &result.handles,
                             &database);
  };
  auto status = open_with(usual_recovery);
  // A power cut can tear the end of the MANIFEST and that of the write-ahead log at once.
  for (int attempt = 0; attempt < 2 && status.IsCorruption(); ++attempt) {
    const auto recovery = recover_torn_end(directory, options, watermark);
    if (!recovery) break;
    result.torn_end = true;
    status = open_with(*recovery);
  }
  if (!status.ok()) return std::unexpected(from_status(status, "recovering it"));
  result.database.reset(database);
  mark->note();
  return result;
}

namespace {

Result<OpenedLogDatabase> open_for_reading(const std::filesystem::path& directory,
                                           rocksdb::DBOptions options) {
  OpenedLogDatabase result;
  result.env = make_wal_reading_env(options.env);
  options.env = result.env.get();
  options.info_log = make_silent_log();
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(options, directory.string(), log_families(),
                                                   &result.handles, &database);
  if (!status.ok()) return std::unexpected(from_status(status, "reading it"));
  result.database.reset(database);
  return result;
}

Result<OpenedLogDatabase> read_once(const std::filesystem::path& directory) {
  rocksdb::FileSystem& files = file_system_of(nullptr);
  if (auto whole = check_manifest(files, directory); !whole) return std::unexpected(whole.error());
  // Not as a secondary: that refuses torn write-ahead logs that a writer has long recovered from,
  // and reads nothing behind damage.
  rocksdb::DBOptions options = log_database_options(
      {.create_if_missing = false}, rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords);
  // Opens all table files now, so that it does not matter when a writer deletes them.
  options.max_open_files = -1;
  return open_for_reading(directory, options);
}

}  // namespace

Result<OpenedLogDatabase> open_log_database_read_only(const std::filesystem::path& directory) {
  return open_beside_writer(file_system_of(nullptr), directory,
                            [&directory] { return read_once(directory); });
}

Result<OpenedLogDatabase> open_log_database_of_backup(const std::filesystem::path& directory,
                                                      rocksdb::Env& env) {
  return open_for_reading(directory,
                          log_database_options({.create_if_missing = false, .env = &env}));
}

}  // namespace rounds
