#include "eventlog/torn_end.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>

#include "eventlog/file_system.hpp"
#include "eventlog/frame.hpp"
#include "eventlog/info_log.hpp"
#include "eventlog/log_database.hpp"
#include "eventlog/manifest_mark.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "eventlog/wal_reading_env.hpp"

namespace rounds {
namespace {

using Recovery = rocksdb::WALRecoveryMode;

// What the WAL of a new log has before its watermark: one record with its format version and its
// id, of 100 bytes. Half of what it has once an event was appended.
constexpr std::uint64_t max_identity_wal_bytes = 128;

// The last event that RocksDB finds when it recovers in this way; 0 if there is none. Writes
// nothing.
Result<Sequence> find_end(const std::filesystem::path& directory, const EventLogOptions& options,
                          Recovery recovery) {
  const auto env = make_wal_reading_env(options.env);
  rocksdb::Options all(log_database_options(options, recovery), {});
  all.env = env.get();
  all.info_log = make_silent_log();
  LogHandles handles;
  rocksdb::DB* opened = nullptr;
  const auto status =
      rocksdb::DB::OpenForReadOnly(all, directory.string(), log_families(), &handles, &opened);
  if (!status.ok()) return std::unexpected(from_status(status, "looking for the end of the log"));
  const std::unique_ptr<rocksdb::DB> database(opened);
  Result<Sequence> end = Sequence{0};
  {
    const std::unique_ptr<rocksdb::Iterator> frames(database->NewIterator({}, handles[1]));
    frames->SeekToLast();
    if (frames->Valid()) {
      const auto frame = FrameView::parse(frames->value().ToStringView());
      end = frame ? Result<Sequence>(frame->last_sequence()) : std::unexpected(frame.error());
    }
  }
  for (rocksdb::ColumnFamilyHandle* handle : handles) database->DestroyColumnFamilyHandle(handle);
  return end;
}

// Whether there are no table files, and no more bytes of WALs than creating a log writes.
bool has_room_for_no_event(rocksdb::FileSystem& files, const std::filesystem::path& directory) {
  std::vector<std::string> names;
  if (!files.GetChildren(directory.string(), {}, &names, nullptr).ok()) return false;
  std::uint64_t bytes = 0;
  for (const std::string& name : names) {
    if (name.ends_with(".sst")) return false;
    if (!name.ends_with(".log")) continue;
    std::uint64_t size = 0;
    if (!files.GetFileSize((directory / name).string(), {}, &size, nullptr).ok()) return false;
    bytes += size;
  }
  return bytes <= max_identity_wal_bytes;
}

bool remove_interrupted_creation(rocksdb::FileSystem& files, const std::filesystem::path& directory,
                                 const EventLogOptions& options) {
  return options.create_if_missing && has_room_for_no_event(files, directory) &&
         remove_directory(files, directory) && create_directories_durably(files, directory);
}

bool is_manifest_readable(const std::filesystem::path& directory, const EventLogOptions& options) {
  std::vector<std::string> names;
  rocksdb::DBOptions database = log_database_options(options);
  database.info_log = make_silent_log();
  return rocksdb::DB::ListColumnFamilies(database, directory.string(), &names).ok();
}

bool cut_torn_manifest(rocksdb::FileSystem& files, const std::filesystem::path& directory,
                       const EventLogOptions& options, const Watermark& watermark) {
  const auto torn = cut_manifest_at_mark(files, directory);
  if (!torn || !*torn) return false;
  const auto end = find_end(directory, options, Recovery::kPointInTimeRecovery);
  if (end && *end >= watermark.sequence) return true;
  // It stays cut if this fails as well, and refused: without that change events are missing.
  static_cast<void>(replace_file(files, (*torn)->path, (*torn)->bytes));
  return false;
}

bool is_torn_wal(const std::filesystem::path& directory, const EventLogOptions& options,
                 const Watermark& watermark) {
  if (watermark.closed) return false;
  const auto before = find_end(directory, options, Recovery::kPointInTimeRecovery);
  const auto behind = find_end(directory, options, Recovery::kSkipAnyCorruptedRecords);
  return before && behind && *before >= watermark.sequence && *behind == *before;
}

}  // namespace

std::optional<Recovery> recover_torn_end(const std::filesystem::path& directory,
                                         const EventLogOptions& options,
                                         const std::optional<Watermark>& watermark) {
  rocksdb::FileSystem& files = file_system_of(options.env);
  if (!watermark) {
    if (remove_interrupted_creation(files, directory, options)) return usual_recovery;
    return std::nullopt;
  }
  if (!is_manifest_readable(directory, options)) {
    if (cut_torn_manifest(files, directory, options, *watermark)) return usual_recovery;
    return std::nullopt;
  }
  if (is_torn_wal(directory, options, *watermark)) return Recovery::kPointInTimeRecovery;
  return std::nullopt;
}

}  // namespace rounds
