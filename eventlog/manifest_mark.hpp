// How long the MANIFEST of a database was when it last changed, kept in a small file beside it.
//
// RocksDB opens a database whose MANIFEST was cut off as if the table files that the lost part
// names had never been; with several column families, each may then be of another moment. The mark
// tells. It is written after each change (opening, flush, compaction, new and dropped families),
// atomically and durably, and never before the MANIFEST itself is durable. A mark that is missing
// or unreadable says nothing.
//
// Internal to eventlog/ and projections/. Usable from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include "core/error.hpp"

namespace rounds {

// The MANIFEST that a database has at the moment. As long as it stays the same, no table file and
// no write-ahead log comes or goes.
struct Manifest {
  std::uint64_t number = 0;
  std::uint64_t length = 0;  // bytes

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// Looks at the MANIFEST that CURRENT names; none if it names none that is there. Errors: io_error.
[[nodiscard]] Result<std::optional<Manifest>> find_manifest(rocksdb::FileSystem& files,
                                                            const std::filesystem::path& directory);

// How often files that change under a reader are opened once more; a writer changes them a few
// times a minute.
inline constexpr int max_read_attempts = 20;

// What `open` returns, which opens the database in `directory` for reading while another process
// may write to it: a writer may delete files that are about to be read, and what was read before
// and after would not fit together. Then the MANIFEST has changed, and it is opened again. Errors:
// those of `open`; unavailable if it always changes; io_error.
template <typename Open>
[[nodiscard]] auto open_beside_writer(rocksdb::FileSystem& files,
                                      const std::filesystem::path& directory, const Open& open)
    -> decltype(open()) {
  for (int attempt = 0; attempt < max_read_attempts; ++attempt) {
    const auto before = find_manifest(files, directory);
    if (!before) return std::unexpected(before.error());
    auto opened = open();
    const auto after = find_manifest(files, directory);
    if (!after) return std::unexpected(after.error());
    if (*before == *after) return opened;
  }
  return fail(ErrorCode::unavailable, "a writer changes its files all the time; try again");
}

// Compares the mark in `directory` with the MANIFEST there. Call it before the database is opened.
// Reads it. Errors: corruption if the MANIFEST is shorter than it was, an older one, or has a
// record that RocksDB would take for a torn end; io_error.
[[nodiscard]] Result<void> check_manifest(rocksdb::FileSystem& files,
                                          const std::filesystem::path& directory);

// A MANIFEST as it was before its end was cut off.
struct CutManifest {
  std::filesystem::path path;
  std::string bytes;
};

// Cuts off what the MANIFEST in `directory` has behind its mark, durably: a change that a crash may
// have torn, since the mark had followed had it been complete. Returns what there was; none if
// there is no mark, or nothing behind it. For a database that nobody has open. Errors: io_error.
[[nodiscard]] Result<std::optional<CutManifest>> cut_manifest_at_mark(
    rocksdb::FileSystem& files, const std::filesystem::path& directory);

// Writes the mark. Give it to the database as a listener, and call note() after what listeners do
// not hear of: opening, creating and dropping families.
class ManifestMark final : public rocksdb::EventListener {
 public:
  // `files` must outlive the database.
  ManifestMark(rocksdb::FileSystem& files, std::filesystem::path directory)
      : files_(files), directory_(std::move(directory)) {}

  // A mark that cannot be written stays as it is, which is an older one: nothing to report.
  void note();

  void OnFlushCompleted(rocksdb::DB* /*database*/, const rocksdb::FlushJobInfo& /*info*/) override {
    note();
  }
  void OnCompactionCompleted(rocksdb::DB* /*database*/,
                             const rocksdb::CompactionJobInfo& /*info*/) override {
    note();
  }

 private:
  rocksdb::FileSystem& files_;
  const std::filesystem::path directory_;
  std::mutex mutex_;  // one note() at a time
};

}  // namespace rounds
