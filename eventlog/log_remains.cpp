// Opening what is left of a damaged log, without writing to it.
#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/db.h>

#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/info_log.hpp"
#include "eventlog/log_database.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "eventlog/wal_reading_env.hpp"

namespace rounds {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view table_extension = ".sst";
constexpr std::string_view wal_extension = ".log";

std::unexpected<Error> cannot(std::string_view doing, const fs::path& path,
                              const std::error_code& error) {
  return fail(ErrorCode::io_error,
              fmt::format("cannot {} {}: {}", doing, path.string(), error.message()));
}

Result<std::vector<fs::path>> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    files.push_back(entry->path());
  }
  if (error) return cannot("list", directory, error);
  std::ranges::sort(files);
  return files;
}

// The number in a name such as 000012.sst.
std::uint64_t number_of(const fs::path& file) {
  const std::string stem = file.stem().string();
  std::uint64_t number = 0;
  std::from_chars(stem.data(), stem.data() + stem.size(), number);
  return number;
}

// Table files never change, so links to them do; write-ahead logs are copied, since recovering
// shortens them.
Result<void> take_over(const fs::path& from, const fs::path& scratch) {
  const auto files = files_in(from);
  if (!files) return std::unexpected(files.error());
  for (const fs::path& file : *files) {
    const bool is_table = file.extension() == table_extension;
    if (!is_table && file.extension() != wal_extension) continue;
    std::error_code error;
    if (is_table) fs::create_hard_link(file, scratch / file.filename(), error);
    if (!is_table || error) fs::copy_file(file, scratch / file.filename(), error);
    if (error) return cannot("copy", file, error);
  }
  return {};
}

// RocksDB repairs a family only if a table file tells of it, and a young log is all write-ahead
// log. So the scratch directory begins with a table file of the family of frames: of an empty log,
// whose families have the same numbers, as they are created in the same order.
Result<void> seed_families(const fs::path& scratch, std::uint64_t free_number) {
  rocksdb::DBOptions options = log_database_options({});
  options.info_log = make_silent_log();
  OpenedLogDatabase empty;
  rocksdb::DB* opened = nullptr;
  auto status =
      rocksdb::DB::Open(options, scratch.string(), log_families(), &empty.handles, &opened);
  if (!status.ok()) return std::unexpected(from_status(status, "making a scratch log"));
  empty.database.reset(opened);
  // No frame begins with event 0.
  status = empty.database->Delete({}, empty.handles[1], frame_key(0));
  if (status.ok()) status = empty.database->Flush({}, empty.handles[1]);
  for (rocksdb::ColumnFamilyHandle* handle : empty.handles) {
    empty.database->DestroyColumnFamilyHandle(handle);
  }
  empty.database.reset();
  if (!status.ok()) return std::unexpected(from_status(status, "making a scratch log"));
  const auto files = files_in(scratch);
  if (!files) return std::unexpected(files.error());
  std::error_code error;
  for (const fs::path& file : *files) {
    if (file.extension() == table_extension) {
      fs::rename(file, scratch / fmt::format("{:06}.sst", free_number), error);
    } else {
      fs::remove_all(file, error);
    }
    if (error) return cannot("prepare", file, error);
  }
  return {};
}

Result<OpenedLogDatabase> open_repaired_copy(const fs::path& directory, const fs::path& scratch) {
  const auto files = files_in(directory);
  if (!files) return std::unexpected(files.error());
  std::uint64_t highest = 0;
  for (const fs::path& file : *files) highest = std::max(highest, number_of(file));
  rocksdb::FileSystem& file_system = file_system_of(nullptr);
  if (auto created = create_directories_durably(file_system, scratch); !created) {
    return std::unexpected(created.error());
  }
  if (auto seeded = seed_families(scratch, highest + 1); !seeded) {
    return std::unexpected(seeded.error());
  }
  if (auto taken = take_over(directory, scratch); !taken) return std::unexpected(taken.error());
  rocksdb::DBOptions options = log_database_options({.create_if_missing = false});
  options.info_log = make_silent_log();
  // Otherwise it would take a damaged record for the end of its file.
  const auto env = make_wal_reading_env(nullptr);
  options.env = env.get();
  const auto status = rocksdb::RepairDB(scratch.string(), options, log_families());
  if (!status.ok()) return std::unexpected(from_status(status, "repairing a copy of the log"));
  return open_log_database_read_only(scratch);
}

}  // namespace

Result<LogRemains> EventLog::open_remains(const fs::path& directory, const fs::path& scratch) {
  const std::string doing =
      fmt::format("opening what is left of the log in {}", directory.string());
  const auto exists = file_exists(file_system_of(nullptr), directory);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) {
    return fail(ErrorCode::data_missing,
                fmt::format("there is no event log in {}; name the data directory of a store",
                            directory.string()));
  }
  LogRemains remains;
  auto database = open_log_database_read_only(directory);
  if (!database) {
    remains.copied_because = database.error();
    database = open_repaired_copy(directory, scratch);
  }
  if (!database) return std::unexpected(database.error().with_context(doing));
  std::unique_ptr<EventLog> log(new EventLog);
  log->adopt(*std::move(database));
  // A damaged end is for verify_log() to name; so is what else is missing.
  if (auto loaded = log->load_end(); !loaded && loaded.error().code == ErrorCode::io_error) {
    return std::unexpected(loaded.error().with_context(doing));
  }
  const auto identified = log->load_identity();
  if (!identified && identified.error().code != ErrorCode::corruption) {
    return std::unexpected(identified.error().with_context(doing));
  }
  remains.log = std::move(log);
  return remains;
}

}  // namespace rounds
