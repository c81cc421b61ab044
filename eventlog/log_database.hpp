// How the RocksDB database of a log is set up: its families, its keys and its options.
//
// Internal to eventlog/. Pure functions: usable from any thread.
#pragma once

#include <cstddef>
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

[[nodiscard]] rocksdb::DBOptions log_database_options(const EventLogOptions& options);

}  // namespace rounds
