#include "eventlog/log_database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

namespace rounds {
namespace {

constexpr const char* frames_family = "log";

// Large enough that a burst is not cut into many small files.
constexpr std::size_t write_buffer_bytes = 64U << 20U;
constexpr std::size_t block_cache_bytes = 32U << 20U;

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
  return {{rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{}},
          {frames_family, frames_options()}};
}

rocksdb::DBOptions log_database_options(const EventLogOptions& options) {
  rocksdb::DBOptions database;
  if (options.env != nullptr) database.env = options.env;
  database.create_if_missing = options.create_if_missing;
  database.create_missing_column_families = options.create_if_missing;
  database.paranoid_checks = true;
  database.verify_sst_unique_id_in_manifest = true;
  // A torn tail after a crash opens; damage in the middle refuses. The default would drop fsynced
  // data. What a tail that was cut off later took with it, the watermark tells.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // After a failed write nobody knows what is on the disk: RocksDB must not go on by itself.
  database.max_bgerror_resume_count = 0;
  database.statistics = options.statistics;
  database.keep_log_file_num = 5;
  return database;
}

}  // namespace rounds
