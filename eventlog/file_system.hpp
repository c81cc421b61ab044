// What the log needs of a file system besides what RocksDB does by itself: directories and small
// files that are still there after a power cut.
//
// All of it goes through RocksDB's FileSystem, so that tests can make any call fail and cut the
// power at any moment. Internal to eventlog/ and store/. Usable from any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "core/error.hpp"

namespace rounds {

// The file system of `env`; that of the machine if it is null.
[[nodiscard]] rocksdb::FileSystem& file_system_of(rocksdb::Env* env);

// Creates `directory` and those above it that are missing, each durably. Errors: io_error.
[[nodiscard]] Result<void> create_directories_durably(rocksdb::FileSystem& files,
                                                      const std::filesystem::path& directory);

// Makes what was created, renamed or deleted in `directory` durable. Errors: io_error.
[[nodiscard]] Result<void> sync_directory(rocksdb::FileSystem& files,
                                          const std::filesystem::path& directory);

// Makes what is in the file at `path` durable. Errors: io_error.
[[nodiscard]] Result<void> sync_file(rocksdb::FileSystem& files, const std::filesystem::path& path);

// Puts a file with exactly these bytes in the place of `path`, atomically and durably.
// Errors: io_error; the old file is then still there, or the new one is.
[[nodiscard]] Result<void> replace_file(rocksdb::FileSystem& files,
                                        const std::filesystem::path& path, std::string_view bytes);

// The first `max_bytes` of the file, or all if there are fewer. Errors: data_missing if there is no
// file; io_error.
[[nodiscard]] Result<std::string> read_file(rocksdb::FileSystem& files,
                                            const std::filesystem::path& path,
                                            std::size_t max_bytes);

// Deletes `directory` with all that is in it, if it is there; not durably. Errors: io_error; a part
// of it may be gone then.
[[nodiscard]] Result<void> remove_directory(rocksdb::FileSystem& files,
                                            const std::filesystem::path& directory);

// Whether there is such a file or directory. Errors: io_error.
[[nodiscard]] Result<bool> file_exists(rocksdb::FileSystem& files,
                                       const std::filesystem::path& path);

}  // namespace rounds
