// The RocksDB database of a log: its families, its keys, its options, and how it recovers.
//
// Internal to eventlog/. Functions without state: usable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include "eventlog/event_log.hpp"

namespace rounds {

// Keys of the family `default`.
inline constexpr const char* format_version_key = "format_version";
inline constexpr const char* log_id_key = "log_id";
// Present: the log has a watermark, and is not whole without it.
inline constexpr const char* has_watermark_key = "has_watermark";

// What a release must know to read the log: the layout of the database and the schema versions of
// the events in it. Raised together with event_schema_version, so that an older release refuses the
// log before it changes anything (docs/evolution.md).
inline constexpr std::uint64_t log_format_version = 3;

// Extra checksums on keys and values on their way through memory.
inline constexpr std::size_t log_protection_bytes_per_key = 8;

// `default` and `log`, in this order.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> log_families();

// A torn tail after a crash opens, damage in the middle refuses; RocksDB's default would drop
// fsynced data. What a tail that was cut off later took with it, the watermark tells.
inline constexpr auto usual_recovery = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;

[[nodiscard]] rocksdb::DBOptions log_database_options(
    const EventLogOptions& options, rocksdb::WALRecoveryMode recovery = usual_recovery);

using LogHandles = std::vector<rocksdb::ColumnFamilyHandle*>;

struct OpenedLogDatabase {
  std::unique_ptr<rocksdb::Env> env;  // of the database, which must be closed before it goes
  std::unique_ptr<rocksdb::DB> database;
  LogHandles handles;     // of log_families(); to be destroyed before the database
  bool torn_end = false;  // a crash left half a group behind what was acknowledged; it is gone now
};

// Opens the database for writing. `watermark` tells a torn end from damage (none: all of it is
// damage). Errors: as EventLog::open(), but for what the watermark says of a log that opens.
[[nodiscard]] Result<OpenedLogDatabase> open_log_database(
    const std::filesystem::path& directory, const EventLogOptions& options,
    const std::optional<Watermark>& watermark);

// Opens it as it is now, beside a writer or without one, leaving out what is damaged in its
// write-ahead log. Writes nothing. Errors: corruption if RocksDB cannot open it, or if its MANIFEST
// lost its end; unavailable if a writer changes files faster than they can be opened; io_error.
[[nodiscard]] Result<OpenedLogDatabase> open_log_database_read_only(
    const std::filesystem::path& directory);

// Opens a database that nobody writes to; `env` finds its files, and must outlive it. Writes
// nothing.
[[nodiscard]] Result<OpenedLogDatabase> open_log_database_of_backup(
    const std::filesystem::path& directory, rocksdb::Env& env);

}  // namespace rounds
