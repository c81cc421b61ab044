// The manifest of a backup: a small JSON file that says what was backed up, and that is written
// last. A backup without one is unfinished and does not count.
//
// It holds the digest of RocksDB's list of the backup's files, which holds their checksums, and
// ends with a digest of itself: no bit of a backup can flip unnoticed. docs/format.md has the
// layout. Internal to eventlog/; functions without state, usable from any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/file_system.h>

#include "core/backup.hpp"
#include "core/error.hpp"

namespace rounds {

struct BackupManifest {
  Backup backup;
  std::string file_list_sha256;  // 64 hex digits: of the file that file_list_path() names

  friend bool operator==(const BackupManifest&, const BackupManifest&) = default;
};

[[nodiscard]] std::string encode_manifest(const BackupManifest& manifest);

// Reads exactly what encode_manifest() writes. Errors: corruption; unsupported for a newer format.
[[nodiscard]] Result<BackupManifest> decode_manifest(std::string_view text);

// Where things are in a directory of backups.
[[nodiscard]] std::filesystem::path manifest_path(const std::filesystem::path& directory,
                                                  BackupNumber number);
[[nodiscard]] std::filesystem::path backup_files_path(const std::filesystem::path& directory);
[[nodiscard]] std::filesystem::path file_list_path(const std::filesystem::path& directory,
                                                   BackupNumber number);

// The numbers of the finished backups in `directory`, ascending; none if there is no directory.
// Errors: io_error.
[[nodiscard]] Result<std::vector<BackupNumber>> list_manifests(
    rocksdb::FileSystem& files, const std::filesystem::path& directory);

// Errors: those of decode_manifest(); data_missing if there is no such backup; corruption also if
// it is the manifest of another one; io_error.
[[nodiscard]] Result<BackupManifest> read_manifest(rocksdb::FileSystem& files,
                                                   const std::filesystem::path& directory,
                                                   BackupNumber number);

// The digest of the list of files as it is now. Errors: io_error, also if it is not there.
[[nodiscard]] Result<std::string> file_list_digest(rocksdb::FileSystem& files,
                                                   const std::filesystem::path& directory,
                                                   BackupNumber number);

}  // namespace rounds
