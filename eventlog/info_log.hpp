// What RocksDB says about itself, in the file LOG of a database: warnings and errors.
//
// RocksDB's own logger aborts the process when it goes on after a write to its file failed, so that
// a full disk would kill us. This one drops what it cannot write. Usable from any thread.
#pragma once

#include <filesystem>
#include <memory>

#include <rocksdb/env.h>

namespace rounds {

// A logger that writes DIRECTORY/LOG, at most a MiB of it; the one before becomes LOG.old. Whatever
// goes wrong, nothing is logged.
[[nodiscard]] std::shared_ptr<rocksdb::Logger> make_info_log(
    const std::filesystem::path& directory);

// A logger that logs nothing, for who only reads.
[[nodiscard]] std::shared_ptr<rocksdb::Logger> make_silent_log();

}  // namespace rounds
