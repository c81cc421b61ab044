#include "eventlog/backup_engine.hpp"

#include "eventlog/backup_manifest.hpp"

namespace rounds {

rocksdb::BackupEngineOptions backup_engine_options(const std::filesystem::path& directory) {
  // RocksDB opens a backup by an absolute path only.
  rocksdb::BackupEngineOptions options(
      std::filesystem::absolute(backup_files_path(directory)).string());
  // The memtables are flushed first: what would be in the write-ahead log then is newer than the
  // backup, and the copy of a file that is being written to ends in the middle of a record.
  options.backup_log_files = false;
  options.sync = true;
  options.callback_trigger_interval_size = backup_progress_step_bytes;
  return options;
}

}  // namespace rounds
