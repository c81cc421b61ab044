// A file system for reading damaged write-ahead logs (WALs) with RocksDB to their end.
//
// RocksDB 7.8 never ends if it is to skip what is damaged (kSkipAnyCorruptedRecords) and meets a
// record that looks as if it were left over from a recycled file: of one of the types for that,
// with the number of another file (https://github.com/facebook/rocksdb/issues/11968). One flipped
// bit makes such a record of a sound one. Our WALs are never recycled, so each record of these
// types is damage; with this file system RocksDB sees one whose checksum does not match, and gives
// up the rest of its block, as it does behind other damage. Internal to eventlog/. Usable from any
// thread.
#pragma once

#include <memory>

#include <rocksdb/env.h>

namespace rounds {

// Like `base` (null: the file system of the machine), which must outlive it, but for what is read
// of files named *.log. Changes no file.
[[nodiscard]] std::unique_ptr<rocksdb::Env> make_wal_reading_env(rocksdb::Env* base);

}  // namespace rounds
