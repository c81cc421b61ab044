#include "store/backup.hpp"

#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "store/rocks_store.hpp"

namespace rounds {
namespace {

namespace fs = std::filesystem;

// "data/new/" names the same directory as "data/new", and "new" one with a parent.
fs::path named(const fs::path& directory) {
  fs::path path = fs::absolute(directory).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

Result<void> check_empty(rocksdb::FileSystem& files, const fs::path& directory) {
  std::vector<std::string> names;
  const auto listed = files.GetChildren(directory.string(), {}, &names, nullptr);
  if (listed.IsNotFound() || listed.IsPathNotFound()) return {};
  if (!listed.ok()) {
    return std::unexpected(from_status(listed, fmt::format("looking into {}", directory.string())));
  }
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  if (names.empty()) return {};
  return fail(ErrorCode::refused,
              fmt::format("{} holds {} already, and a restore overwrites nothing; name a directory "
                          "that is absent or empty",
                          directory.string(), names.front()));
}

Result<Backup> restore_into(const fs::path& staging, const fs::path& backup_directory,
                            BackupNumber number, const fs::path& target,
                            const VerifyProgress& progress, rocksdb::Env* env) {
  rocksdb::FileSystem& files = file_system_of(env);
  auto backup = restore_log_backup(backup_directory, number, log_directory(staging), progress, env);
  if (!backup) return backup;
  if (auto synced = sync_directory(files, staging); !synced) {
    return std::unexpected(synced.error());
  }
  // Takes the place of an empty directory as well, and of no other.
  const auto renamed = files.RenameFile(staging.string(), target.string(), {}, nullptr);
  if (!renamed.ok()) {
    return std::unexpected(from_status(renamed, fmt::format("naming {}", target.string())));
  }
  if (auto synced = sync_directory(files, target.parent_path()); !synced) {
    return std::unexpected(synced.error());
  }
  return backup;
}

}  // namespace

Result<Backup> create_backup(const fs::path& data_directory, const fs::path& backup_directory,
                             const BackupProgress& progress, rocksdb::Env* env) {
  EventLogOptions options;
  options.create_if_missing = false;
  options.env = env;
  const auto log = EventLog::open(log_directory(data_directory), options);
  if (!log) return std::unexpected(log.error());
  auto backup = create_log_backup(**log, backup_directory, system_clock().now(), progress, {});
  if (!backup) return backup;
  if (auto closed = (*log)->close(); !closed) return std::unexpected(closed.error());
  return backup;
}

Result<Backup> restore_backup(const fs::path& backup_directory, BackupNumber number,
                              const fs::path& data_directory, const VerifyProgress& progress,
                              rocksdb::Env* env) {
  rocksdb::FileSystem& files = file_system_of(env);
  const fs::path target = named(data_directory);
  if (auto empty = check_empty(files, target); !empty) return std::unexpected(empty.error());
  const fs::path staging = target.string() + ".restoring";
  const auto left = file_exists(files, staging);
  if (!left) return std::unexpected(left.error());
  if (*left) {
    return fail(ErrorCode::refused,
                fmt::format("a restore was interrupted, or is under way, in {}; remove that "
                            "directory and try again",
                            staging.string()));
  }
  auto backup = restore_into(staging, backup_directory, number, target, progress, env);
  if (!backup) {
    std::error_code ignored;
    fs::remove_all(staging, ignored);
  }
  return backup;
}

}  // namespace rounds
