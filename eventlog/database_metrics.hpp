// What a RocksDB database says about itself, as numbers for metrics.
//
// The one place that knows the names of RocksDB's properties. Used by eventlog/ and projections/.
// Any thread, while the database is open.
#pragma once

#include <cstdint>
#include <span>

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace rounds {

struct DatabaseMetrics {
  std::uint64_t memtable_bytes = 0;
  std::uint64_t immutable_memtables = 0;  // full ones that wait to be written to files
  std::uint64_t block_cache_bytes = 0;
  std::uint64_t block_cache_capacity_bytes = 0;
  std::uint64_t level0_files = 0;              // of the families that were named
  std::uint64_t pending_compaction_bytes = 0;  // an estimate
  std::uint64_t running_compactions = 0;
  std::uint64_t running_flushes = 0;
  bool writes_stopped = false;  // until compactions have caught up
  std::uint64_t delayed_write_bytes_per_second =
      0;                              // what writes are slowed down to; 0: they are not
  std::uint64_t live_data_bytes = 0;  // an estimate, without what was overwritten
  std::uint64_t table_bytes = 0;      // of all table files
  std::uint64_t wal_bytes = 0;        // of all write-ahead logs
  std::uint64_t background_errors = 0;
};

// `families` are those in use, which must live during the call; the cache is that of the last one.
// Costs a listing of the directory and short locks of the database, no reading of files. What
// cannot be asked is 0.
[[nodiscard]] DatabaseMetrics database_metrics(
    rocksdb::DB& database, std::span<rocksdb::ColumnFamilyHandle* const> families);

}  // namespace rounds
