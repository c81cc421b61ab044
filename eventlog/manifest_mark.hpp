// How long the MANIFEST of a database was when it last changed, kept in a small file beside it.
//
// RocksDB opens a database whose MANIFEST was cut off as if the table files that the lost part
// names had never been; with several column families, each may then be of another moment. The mark
// tells. It is written after each change (opening, flush, compaction, ingested files, new and
// dropped families), atomically and durably, and never before the MANIFEST itself is durable. A
// mark that is missing or unreadable says nothing.
//
// Internal to eventlog/ and projections/. Usable from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include "core/error.hpp"

namespace rounds {

// Compares the mark in `directory` with the MANIFEST there. Call it before the database is opened.
// Errors: corruption if the MANIFEST is shorter than it was, or an older one; io_error.
[[nodiscard]] Result<void> check_manifest(rocksdb::FileSystem& files,
                                          const std::filesystem::path& directory);

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
  void OnExternalFileIngested(rocksdb::DB* /*database*/,
                              const rocksdb::ExternalFileIngestionInfo& /*info*/) override {
    note();
  }

 private:
  rocksdb::FileSystem& files_;
  const std::filesystem::path directory_;
  std::mutex mutex_;  // one note() at a time
};

}  // namespace rounds
