#include "eventlog/database_metrics.hpp"

#include <charconv>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

namespace rounds {
namespace {

using Properties = rocksdb::DB::Properties;

// Of all families of the database together.
std::uint64_t sum_of(rocksdb::DB& database, const std::string& property) {
  std::uint64_t value = 0;
  return database.GetAggregatedIntProperty(property, &value) ? value : 0;
}

std::uint64_t value_of(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family,
                       const std::string& property) {
  std::uint64_t value = 0;
  return database.GetIntProperty(family, property, &value) ? value : 0;
}

// RocksDB tells this one only as text.
std::uint64_t level0_files(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family) {
  std::string text;
  std::uint64_t count = 0;
  if (!database.GetProperty(family, Properties::kNumFilesAtLevelPrefix + "0", &text)) return 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::uint64_t wal_bytes(rocksdb::DB& database) {
  std::vector<rocksdb::Env::FileAttributes> files;
  std::uint64_t bytes = 0;
  const auto listed = database.GetEnv()->GetChildrenFileAttributes(database.GetName(), &files);
  if (!listed.ok()) return 0;
  for (const auto& file : files) {
    if (file.name.ends_with(".log")) bytes += file.size_bytes;
  }
  return bytes;
}

}  // namespace

DatabaseMetrics database_metrics(rocksdb::DB& database,
                                 std::span<rocksdb::ColumnFamilyHandle* const> families) {
  DatabaseMetrics metrics;
  metrics.memtable_bytes = sum_of(database, Properties::kCurSizeAllMemTables);
  metrics.immutable_memtables = sum_of(database, Properties::kNumImmutableMemTable);
  metrics.pending_compaction_bytes = sum_of(database, Properties::kEstimatePendingCompactionBytes);
  metrics.live_data_bytes = sum_of(database, Properties::kEstimateLiveDataSize);
  metrics.table_bytes = sum_of(database, Properties::kTotalSstFilesSize);
  for (rocksdb::ColumnFamilyHandle* family : families) {
    metrics.level0_files += level0_files(database, family);
  }
  rocksdb::ColumnFamilyHandle* last =
      families.empty() ? database.DefaultColumnFamily() : families.back();
  metrics.block_cache_bytes = value_of(database, last, Properties::kBlockCacheUsage);
  metrics.block_cache_capacity_bytes = value_of(database, last, Properties::kBlockCacheCapacity);
  metrics.running_compactions = value_of(database, last, Properties::kNumRunningCompactions);
  metrics.running_flushes = value_of(database, last, Properties::kNumRunningFlushes);
  metrics.writes_stopped = value_of(database, last, Properties::kIsWriteStopped) != 0;
  metrics.delayed_write_bytes_per_second =
      value_of(database, last, Properties::kActualDelayedWriteRate);
  metrics.background_errors = value_of(database, last, Properties::kBackgroundErrors);
  metrics.wal_bytes = wal_bytes(database);
  return metrics;
}

}  // namespace rounds
