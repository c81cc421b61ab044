#include "eventlog/log_backup.hpp"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/env.h>

#include "eventlog/backup_engine.hpp"
#include "eventlog/backup_manifest.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/manifest_mark.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

namespace fs = std::filesystem;

rocksdb::Env* env_or_default(rocksdb::Env* env) {
  return env == nullptr ? rocksdb::Env::Default() : env;
}

Result<std::unique_ptr<rocksdb::BackupEngineReadOnly>> open_engine_read_only(
    const fs::path& directory, rocksdb::Env* env) {
  rocksdb::BackupEngineReadOnly* engine = nullptr;
  const auto opened = rocksdb::BackupEngineReadOnly::Open(backup_engine_options(directory),
                                                          env_or_default(env), &engine);
  if (!opened.ok()) {
    return std::unexpected(
        from_status(opened, fmt::format("opening the backups in {}", directory.string())));
  }
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine);
}

// The manifest, if it and the list of files are what was written.
Result<BackupManifest> read_checked_manifest(rocksdb::FileSystem& files, const fs::path& directory,
                                             BackupNumber number) {
  auto manifest = read_manifest(files, directory, number);
  if (!manifest) return manifest;
  const auto digest = file_list_digest(files, directory, number);
  if (digest && *digest == manifest->file_list_sha256) return manifest;
  const std::string path = file_list_path(directory, number).string();
  return fail(ErrorCode::corruption,
              digest ? fmt::format("{} is not what was written", path) : digest.error().message);
}

// Every event of the backup that `info` describes, against what the manifest says.
Result<void> verify_events(const rocksdb::BackupInfo& info, const Backup& backup,
                           const VerifyProgress& progress, BackupVerification& answer) {
  const auto log = EventLog::open_backup(info.name_for_open, *info.env_for_open);
  if (!log && is_damage(log.error())) {
    answer.damages.push_back(log.error());
    return {};
  }
  if (!log) return std::unexpected(log.error());
  auto verified =
      verify_log(**log, Watermark{backup.log_id, backup.sequence, backup.chain, true}, progress);
  if (!verified) return std::unexpected(verified.error());
  answer.log = *std::move(verified);
  if (answer.log->last_sequence > backup.sequence || (*log)->id() != backup.log_id) {
    answer.damages.push_back(
        {ErrorCode::corruption,
         fmt::format("it ends with event {} of log {}, but its manifest says event {} of log {}",
                     answer.log->last_sequence, (*log)->id().to_string(), backup.sequence,
                     backup.log_id.to_string())});
  }
  return {};
}

}  // namespace

Result<std::vector<BackupNumber>> list_log_backups(const fs::path& directory, rocksdb::Env* env) {
  auto numbers = list_manifests(file_system_of(env), directory);
  if (numbers && numbers->empty()) {
    return fail(ErrorCode::data_missing,
                fmt::format("there is no finished backup in {}; name a directory that rounds "
                            "backup create made",
                            directory.string()));
  }
  return numbers;
}

Result<Backup> read_log_backup(const fs::path& directory, BackupNumber number, rocksdb::Env* env) {
  const auto manifest = read_checked_manifest(file_system_of(env), directory, number);
  if (!manifest) return std::unexpected(manifest.error());
  return manifest->backup;
}

Result<BackupVerification> verify_log_backup(const fs::path& directory, BackupNumber number,
                                             const VerifyProgress& progress, rocksdb::Env* env) {
  BackupVerification answer{number, {}, {}, {}};
  const auto manifest = read_checked_manifest(file_system_of(env), directory, number);
  if (!manifest && is_damage(manifest.error())) {
    answer.damages.push_back(manifest.error());
    return answer;
  }
  if (!manifest) return std::unexpected(manifest.error());
  answer.backup = manifest->backup;
  const auto engine = open_engine_read_only(directory, env);
  if (!engine) return std::unexpected(engine.error());
  rocksdb::BackupInfo info;
  const auto found = (*engine)->GetBackupInfo(number, &info, true);
  if (!found.ok()) {
    answer.damages.push_back(
        {ErrorCode::corruption, fmt::format("files are missing or cut off: {}", found.ToString())});
    return answer;
  }
  if (const auto files = (*engine)->VerifyBackup(number, true); !files.ok()) {
    Error error = from_status(files, "checking its files");
    if (!is_damage(error)) return std::unexpected(std::move(error));
    answer.damages.push_back(std::move(error));
  }
  if (auto events = verify_events(info, manifest->backup, progress, answer); !events) {
    return std::unexpected(events.error());
  }
  return answer;
}

Result<Backup> restore_log_backup(const fs::path& directory, BackupNumber number,
                                  const fs::path& log_directory, const VerifyProgress& progress,
                                  rocksdb::Env* env) {
  rocksdb::FileSystem& files = file_system_of(env);
  const std::string doing = fmt::format("restoring backup {} of {}", number, directory.string());
  const auto in_context = [&](const Error& error) {
    return std::unexpected(error.with_context(doing));
  };
  const auto manifest = read_checked_manifest(files, directory, number);
  if (!manifest) return in_context(manifest.error());
  const Backup& backup = manifest->backup;
  const auto engine = open_engine_read_only(directory, env);
  if (!engine) return in_context(engine.error());
  if (auto created = create_directories_durably(files, log_directory); !created) {
    return in_context(created.error());
  }
  const std::string target = log_directory.string();
  const auto copied = (*engine)->RestoreDBFromBackup(number, target, target);
  if (!copied.ok()) return std::unexpected(from_status(copied, doing));
  ManifestMark(files, log_directory).note();
  const auto watermark =
      WatermarkFile::open(files, watermark_path(log_directory),
                          Watermark{backup.log_id, backup.sequence, backup.chain, true});
  if (!watermark) return in_context(watermark.error());
  const auto verified = verify_log_in(log_directory, progress);
  if (!verified) return in_context(verified.error());
  if (!verified->is_sound()) return in_context(verified->damages.front().error);
  return backup;
}

}  // namespace rounds
