// Keeps a database that is opened again and again without being written to from collecting files.
// Used by eventlog/ and projections/.
//
// RocksDB starts a write-ahead log (WAL) each time it opens a database, and deletes those before it
// only once something was flushed since: an empty one for each opening stays.
#pragma once

#include <string>

#include "core/error.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace rounds {

// Call it after opening, before the first write. If more than a few WALs are there, writes the
// value of `key` in `family` once more, unchanged, and flushes it, which lets RocksDB delete them.
// `key` must be there. Costs listing the directory; at times a flush, some milliseconds.
// Errors: io_error.
[[nodiscard]] Result<void> drop_idle_wals(rocksdb::DB& database,
                                          rocksdb::ColumnFamilyHandle* family,
                                          const std::string& key);

}  // namespace rounds
