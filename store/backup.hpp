// Backups of data directories that no store has open, and new data directories made of backups.
//
// A backup holds the log (eventlog/log_backup.hpp): the projections are built from it when a store
// opens the restored directory. A store that is open makes backups itself
// (RocksStore::create_backup). Each function works on the calling thread and may take long. `env`
// is the file system, as in RocksStoreOptions.
#pragma once

#include <filesystem>

#include "core/backup.hpp"
#include "core/error.hpp"
#include "eventlog/log_backup.hpp"

namespace rocksdb {
class Env;
}

namespace rounds {

// Makes a backup of the log in `data_directory`. Errors: those of EventLog::open(), which it does
// (in_use if somebody has it open; data_missing), and of create_log_backup().
[[nodiscard]] Result<Backup> create_backup(const std::filesystem::path& data_directory,
                                           const std::filesystem::path& backup_directory,
                                           const BackupProgress& progress,
                                           rocksdb::Env* env = nullptr);

// Makes `data_directory` of a backup. It must be absent or empty. All is written, checked and
// synced in a directory beside it, NAME.restoring, which gets its name at the very end: killed at
// any moment, it leaves a whole data directory or none. Opening a store there then builds the
// projections, which costs folding the whole log. Errors: refused if the directory holds anything,
// or an earlier restore left NAME.restoring; those of restore_log_backup().
[[nodiscard]] Result<Backup> restore_backup(const std::filesystem::path& backup_directory,
                                            BackupNumber number,
                                            const std::filesystem::path& data_directory,
                                            const VerifyProgress& progress,
                                            rocksdb::Env* env = nullptr);

}  // namespace rounds
