// The RocksDB database of a log: its families, its keys, its options, and how it recovers.
//
// Internal to eventlog/. Functions without state: usable from any thread.
#pragma once

#include <cstddef>
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

inline constexpr std::string_view log_format_version = "1";

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
  std::unique_ptr<rocksdb::DB> database;
  LogHandles handles;     // of log_families(); to be destroyed before the database
  bool torn_end = false;  // a crash left half a group behind what was acknowledged; it is gone now
};

// Opens the database for writing. `watermark` tells a torn end from damage (none: all of it is
// damage). Errors: as EventLog::open(), but for what the watermark says of a log that opens.
[[nodiscard]] Result<OpenedLogDatabase> open_log_database(
    const std::filesystem::path& directory, const EventLogOptions& options,
    const std::optional<Watermark>& watermark);

// Opens it as it is now, beside a writer or without one. Writes nothing.
[[nodiscard]] Result<OpenedLogDatabase> open_log_database_read_only(
    const std::filesystem::path& directory);

}  // namespace rounds
