// RocksDB's BackupEngine as backups of a log use it: the same options for making, checking and
// restoring them.
//
// Internal to eventlog/. Functions without state: usable from any thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include <rocksdb/utilities/backup_engine.h>

#include "core/error.hpp"

namespace rounds {

// After so many bytes of copying the progress is told.
inline constexpr std::uint64_t backup_progress_step_bytes = 256U * 1024;

[[nodiscard]] rocksdb::BackupEngineOptions backup_engine_options(
    const std::filesystem::path& directory);

// Whether bytes are not what was written, rather than out of reach.
[[nodiscard]] inline bool is_damage(const Error& error) {
  return error.code == ErrorCode::corruption;
}

}  // namespace rounds
