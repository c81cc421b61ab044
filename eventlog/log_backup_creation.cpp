// Making a backup: what must be in the directory, what is copied, and what counts in the end.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/iterator.h>

#include "eventlog/backup_engine.hpp"
#include "eventlog/backup_manifest.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/frame.hpp"
#include "eventlog/log_backup.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "lock";

// One backup at a time is made in a directory.
class DirectoryLock {
 public:
  static Result<std::unique_ptr<DirectoryLock>> take(rocksdb::FileSystem& files,
                                                     const fs::path& directory) {
    rocksdb::FileLock* lock = nullptr;
    const auto locked = files.LockFile((directory / lock_name).string(), {}, &lock, nullptr);
    if (!locked.ok()) {
      return std::unexpected(
          from_status(locked, fmt::format("locking the backups in {}", directory.string())));
    }
    return std::make_unique<DirectoryLock>(files, lock);
  }

  DirectoryLock(rocksdb::FileSystem& files, rocksdb::FileLock* lock) : files_(files), lock_(lock) {}
  ~DirectoryLock() { files_.UnlockFile(lock_, {}, nullptr); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  rocksdb::FileSystem& files_;
  rocksdb::FileLock* lock_;
};

// Makes one backup. Belongs to one thread.
class BackupMaker {
 public:
  BackupMaker(const EventLog& log, const fs::path& directory)
      : log_(log), directory_(directory), files_(file_system_of(log.database().GetEnv())) {}

  Result<Backup> run(Timestamp now, const BackupProgress& progress, const std::stop_token& stop) {
    if (auto failed = log_.failure()) {
      return fail(ErrorCode::unavailable,
                  fmt::format("no backup is made of a log that failed, because nobody knows what "
                              "of its end is on the disk: {}",
                              failed->message));
    }
    if (auto prepared = prepare_directory(); !prepared) return std::unexpected(prepared.error());
    const auto lock = DirectoryLock::take(files_, directory_);
    if (!lock) return std::unexpected(lock.error());
    if (auto same = check_log(); !same) return std::unexpected(same.error());
    if (auto opened = open_engine(); !opened) return std::unexpected(opened.error());
    const Sequence appended = log_.last_sequence();
    const auto number = copy_files(progress, stop);
    if (!number) return std::unexpected(number.error());
    auto backup = look_at(*number, appended);
    if (!backup) return std::unexpected(backup.error());
    backup->created_at = now;
    if (auto written = write_manifest(*backup); !written) return std::unexpected(written.error());
    if (auto dropped = drop_old_ones(); !dropped) return std::unexpected(dropped.error());
    return backup;
  }

 private:
  // Whatever else is in the directory is somebody else's.
  Result<void> prepare_directory() {
    const fs::path copies = backup_files_path(directory_);
    const auto known = file_exists(files_, copies);
    if (!known) return std::unexpected(known.error());
    if (*known) return {};
    std::vector<std::string> names;
    const auto listed = files_.GetChildren(directory_.string(), {}, &names, nullptr);
    const bool absent = listed.IsNotFound() || listed.IsPathNotFound();
    if (!listed.ok() && !absent) {
      return std::unexpected(
          from_status(listed, fmt::format("looking into {}", directory_.string())));
    }
    std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
    if (!names.empty()) {
      return fail(ErrorCode::refused,
                  fmt::format("{} holds {}, which is no backup; name a directory for backups alone",
                              directory_.string(), names.front()));
    }
    return create_directories_durably(files_, copies);
  }

  Result<void> check_log() {
    auto finished = list_manifests(files_, directory_);
    if (!finished) return std::unexpected(finished.error());
    finished_ = *std::move(finished);
    if (finished_.empty()) return {};
    const auto latest = read_manifest(files_, directory_, finished_.back());
    if (!latest) return std::unexpected(with_way_out(latest.error()));
    if (latest->backup.log_id == log_.id()) return {};
    return fail(
        ErrorCode::refused,
        fmt::format("{} holds backups of log {}, this is log {}; name another directory",
                    directory_.string(), latest->backup.log_id.to_string(), log_.id().to_string()));
  }

  // New backups would share what is damaged; and RocksDB deletes what it cannot read.
  [[nodiscard]] Error with_way_out(const Error& error) const {
    return {
        error.code,
        fmt::format("{}; see rounds backup verify {}, and make new backups in another directory",
                    error.message, directory_.string())};
  }

  Result<void> open_engine() {
    rocksdb::BackupEngine* engine = nullptr;
    const auto opened = rocksdb::BackupEngine::Open(backup_engine_options(directory_),
                                                    log_.database().GetEnv(), &engine);
    const std::string doing = fmt::format("opening the backups in {}", directory_.string());
    if (!opened.ok()) return std::unexpected(from_status(opened, doing));
    engine_.reset(engine);
    const auto is_finished = [this](rocksdb::BackupID number) {
      return std::ranges::binary_search(finished_, number);
    };
    std::vector<rocksdb::BackupID> damaged;
    engine_->GetCorruptedBackups(&damaged);
    for (const rocksdb::BackupID number : damaged) {
      if (!is_finished(number)) continue;
      return std::unexpected(with_way_out(
          {ErrorCode::corruption,
           fmt::format("{}: files of backup {} are missing or cut off", doing, number)}));
    }
    std::vector<rocksdb::BackupInfo> present;
    engine_->GetBackupInfo(&present);
    for (const rocksdb::BackupInfo& info : present) {
      if (!is_finished(info.backup_id)) damaged.push_back(info.backup_id);
    }
    for (const rocksdb::BackupID unfinished : damaged) {
      const auto dropped = engine_->DeleteBackup(unfinished);
      if (!dropped.ok()) return std::unexpected(from_status(dropped, doing));
    }
    return {};
  }

  Result<BackupNumber> copy_files(const BackupProgress& progress, const std::stop_token& stop) {
    rocksdb::CreateBackupOptions options;
    options.flush_before_backup = true;
    options.progress_callback = [&progress, copied = std::uint64_t{0}]() mutable {
      copied += backup_progress_step_bytes;
      if (progress) progress(copied);
    };
    const std::stop_callback give_up(stop, [this] { engine_->StopBackup(); });
    rocksdb::BackupID number = 0;
    const auto made = engine_->CreateNewBackup(options, &log_.database(), &number);
    if (stop.stop_requested()) {
      return fail(ErrorCode::unavailable, "the backup was given up: the store is being closed");
    }
    if (made.ok()) return number;
    Error error = from_status(made, fmt::format("making a backup in {}", directory_.string()));
    return std::unexpected(is_damage(error) ? with_way_out(error) : std::move(error));
  }

  // Opens the backup that was just made, to see how far it reaches.
  Result<Backup> look_at(BackupNumber number, Sequence appended) {
    const std::string doing = fmt::format("looking at backup {}", number);
    rocksdb::BackupInfo info;
    const auto found = engine_->GetBackupInfo(number, &info, true);
    if (!found.ok()) return std::unexpected(from_status(found, doing));
    auto copy = EventLog::open_backup(info.name_for_open, *info.env_for_open);
    if (!copy) return std::unexpected(copy.error().with_context(doing));
    env_of_copy_ = info.env_for_open;
    copy_ = *std::move(copy);
    const Watermark end = copy_->end();
    if (end.log_id != log_.id() || end.sequence < appended) {
      return fail(ErrorCode::corruption,
                  fmt::format("{}: it ends with event {} of log {}, but log {} has {} events; run "
                              "rounds verify",
                              doing, end.sequence, end.log_id.to_string(), log_.id().to_string(),
                              appended));
    }
    if (end.sequence > 0) {
      const auto last = copy_->read(end.sequence).next();
      if (!last) return std::unexpected(last.error().with_context(doing));
    }
    return Backup{number, end.log_id, end.sequence, end.chain, {}, info.number_files, info.size};
  }

  Result<void> write_manifest(const Backup& backup) {
    auto digest = file_list_digest(files_, directory_, backup.number);
    if (!digest) return std::unexpected(digest.error());
    return replace_file(files_, manifest_path(directory_, backup.number),
                        encode_manifest({backup, *std::move(digest)}));
  }

  // Killed in between, it leaves one without a manifest, which the next create drops.
  Result<void> drop_old_ones() {
    for (const BackupNumber number : finished_) {
      if (finished_.size() + 1 - dropped_ <= max_backups) break;
      const auto old = read_manifest(files_, directory_, number);
      if (!old) return std::unexpected(with_way_out(old.error()));
      const auto contained = contains_log_of(old->backup);
      if (!contained) return std::unexpected(contained.error());
      if (!*contained) continue;
      const std::string doing = fmt::format("dropping backup {}", number);
      const auto removed =
          files_.DeleteFile(manifest_path(directory_, number).string(), {}, nullptr);
      if (!removed.ok()) return std::unexpected(from_status(removed, doing));
      if (auto synced = sync_directory(files_, directory_); !synced) return synced;
      const auto deleted = engine_->DeleteBackup(number);
      if (!deleted.ok()) return std::unexpected(from_status(deleted, doing));
      ++dropped_;
    }
    return {};
  }

  // Whether the new backup begins with all that `old` holds. Not so if the log is one that was
  // restored and went another way.
  Result<bool> contains_log_of(const Backup& old) {
    if (old.sequence == 0) return true;
    const auto frames = copy_->read_frames();
    frames->SeekForPrev(frame_key(old.sequence));
    if (auto read = check_status(frames->status(), "reading the backup"); !read) {
      return std::unexpected(read.error());
    }
    if (!frames->Valid()) return false;
    const auto frame = FrameView::parse(frames->value().ToStringView());
    if (!frame) return std::unexpected(frame.error());
    return frame->last_sequence() == old.sequence && frame->chain() == old.chain;
  }

  const EventLog& log_;
  const fs::path& directory_;
  rocksdb::FileSystem& files_;
  std::vector<BackupNumber> finished_;
  std::size_t dropped_ = 0;
  std::unique_ptr<rocksdb::BackupEngine> engine_;
  std::shared_ptr<rocksdb::Env> env_of_copy_;
  std::unique_ptr<EventLog> copy_;  // the new backup, opened for reading
};

}  // namespace

Result<Backup> create_log_backup(const EventLog& log, const fs::path& directory, Timestamp now,
                                 const BackupProgress& progress, const std::stop_token& stop) {
  return BackupMaker(log, directory).run(now, progress, stop);
}

}  // namespace rounds
