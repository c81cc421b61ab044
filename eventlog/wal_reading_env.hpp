// A file system with which RocksDB notices all damage in write-ahead logs (WALs).
//
// RocksDB takes a record of the types for recycled files, with the number of another file, for what
// was left over from that one. One flipped bit makes such a record of a sound one. Where damage is
// refused or ends a log (the other recovery modes), it is then the end of the file without a word,
// and opening deletes the file with all that follows; where damage is skipped
// (kSkipAnyCorruptedRecords), RocksDB 7.8 reads the record for ever
// (https://github.com/facebook/rocksdb/issues/11968). Our WALs are never recycled, so each record
// of these types is damage: with this file system RocksDB sees one whose checksum does not match.
//
// Every database of ours is opened with it. Internal to eventlog/ and projections/. Usable from any
// thread.
#pragma once

#include <memory>

#include <rocksdb/env.h>

namespace rounds {

// The file system of `base` (null: that of the machine), which must outlive it, but for what is
// read of files named *.log. Changes no file. A database must be closed before its environment
// goes.
[[nodiscard]] std::unique_ptr<rocksdb::Env> make_wal_reading_env(rocksdb::Env* base);

}  // namespace rounds
