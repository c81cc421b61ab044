// Backups of a log: made beside running appends, checked, and restored.
//
// A directory holds any number of backups of one log. Each is the whole log up to a sequence, but
// shares with those before it the files that they have in common: only what was appended since is
// copied. The newest max_backups stay; older ones whose events are all in the newest are dropped,
// which loses nothing but the name of a moment. All of it are copies with checksums, nothing is
// linked: damage to the log's own disk or files reaches no backup. Projections are not in it, they
// come back from the log.
//
//   DIRECTORY/backup-N.json  the manifest of backup N, written last (eventlog/backup_manifest.hpp)
//   DIRECTORY/files/         RocksDB's BackupEngine
//   DIRECTORY/lock           held while a backup is being made
//
// Why it is made like this: docs/decisions/0011-backup.md. Everything may be called from any
// thread. `env` is the file system of the backups, as in EventLogOptions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/backup.hpp"
#include "core/error.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/log_verifier.hpp"

namespace rounds {

// Each is listed whole by RocksDB whenever a backup is made, at some 80 bytes for each table file.
inline constexpr std::size_t max_backups = 64;

// Told now and then how many bytes were copied. Called on a thread of the backup, while its caller
// waits; must not throw.
using BackupProgress = std::function<void(std::uint64_t bytes_copied)>;

// Makes a backup of `log` in `directory`, which is created if it is absent. It ends with one
// sequence and holds every event that was appended before the call. Appends go on meanwhile; the
// log starts a new table file. Durable when it returns; killed at any moment, it leaves nothing
// that counts as a backup, and the next one tidies up. Costs copying what was appended since the
// backup before, and some KiB. The log must not be closed before it returns. Errors: in_use if
// another backup is being made there; refused if the directory holds something else, or backups of
// another log; corruption if files in it are missing or cut off; unavailable if the log has failed,
// or if `stop` asked to give up; io_error, also if the new one counts but an old one could not be
// dropped.
[[nodiscard]] Result<Backup> create_log_backup(const EventLog& log,
                                               const std::filesystem::path& directory,
                                               Timestamp now, const BackupProgress& progress,
                                               const std::stop_token& stop);

// The numbers of the finished backups in `directory`, ascending. Errors: data_missing if there are
// none; io_error.
[[nodiscard]] Result<std::vector<BackupNumber>> list_log_backups(
    const std::filesystem::path& directory, rocksdb::Env* env = nullptr);

// What the manifest of a backup says; its files are not looked at, but for their list. Errors:
// data_missing if there is no such backup; corruption, unsupported, io_error.
[[nodiscard]] Result<Backup> read_log_backup(const std::filesystem::path& directory,
                                             BackupNumber number, rocksdb::Env* env = nullptr);

struct BackupVerification {
  BackupNumber number = 0;
  std::optional<Backup> backup;        // what its manifest says, if that is sound
  std::vector<Error> damages;          // of manifest and files
  std::optional<LogVerification> log;  // of the events in it, if they can be read at all

  [[nodiscard]] bool is_sound() const { return damages.empty() && log && log->is_sound(); }
};

// Reads the backup wholly: checksums of its files, and every event, as verify_log() does; it must
// end exactly as its manifest says. Writes nothing, may run beside a create. Errors: data_missing
// if there is no such backup; unsupported; io_error. Damage is part of the answer.
[[nodiscard]] Result<BackupVerification> verify_log_backup(const std::filesystem::path& directory,
                                                           BackupNumber number,
                                                           const VerifyProgress& progress,
                                                           rocksdb::Env* env = nullptr);

// Copies the backup into `log_directory`, which must not exist, as a log that EventLog::open()
// takes, with its watermark beside it, and checks every event there. Durable when it returns, but
// for the name of `log_directory`. After an error something may be left there. Errors:
// data_missing, corruption, unsupported, io_error.
[[nodiscard]] Result<Backup> restore_log_backup(const std::filesystem::path& directory,
                                                BackupNumber number,
                                                const std::filesystem::path& log_directory,
                                                const VerifyProgress& progress,
                                                rocksdb::Env* env = nullptr);

}  // namespace rounds
