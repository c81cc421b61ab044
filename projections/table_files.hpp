// Sorted rows in files of RocksDB's table format, outside of any database: what a bulk build leaves
// for a database to take in, and the sorted runs that it puts aside when memory does not suffice.
//
// Each object belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>

#include "core/error.hpp"

namespace rounds {

// A file is closed once it has so many bytes.
inline constexpr std::uint64_t table_file_bytes = 64U << 20U;

// Where sorted rows go.
class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;

  // The next row; keys ascend. Errors: those of the sink.
  [[nodiscard]] virtual Result<void> add(std::string_view key, std::string_view value) = 0;

  // After the last row.
  [[nodiscard]] virtual Result<void> finish() = 0;
};

class TableFileWriter final : public RowSink {
 public:
  // Writes files "<prefix>-<number>.sst" in `directory`, which exists. `options` are those of the
  // family that takes them in; the rate limiter among them holds.
  TableFileWriter(const rocksdb::Options& options, std::filesystem::path directory,
                  std::string prefix);
  ~TableFileWriter() override;

  // Errors: corruption if the key does not ascend; io_error.
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view value) override;

  // Makes the files durable. Errors: io_error.
  [[nodiscard]] Result<void> finish() override;

  // In the order of their keys; none if there was no row.
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }

 private:
  rocksdb::Options options_;
  std::filesystem::path directory_;
  std::string prefix_;
  std::vector<std::string> paths_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;  // null: no file is open
  std::string last_key_;
};

// The rows of several runs, each in ascending order, as one. A run is the files of one
// TableFileWriter.
class MergedRuns {
 public:
  explicit MergedRuns(const rocksdb::Options& options) : options_(options) {}

  // Adds a run. Errors: corruption, io_error.
  [[nodiscard]] Result<void> add(const std::vector<std::string>& paths);

  // Goes to the first row. After the last add().
  void start() { find_smallest(); }

  // Whether there is a row.
  [[nodiscard]] bool valid() const { return smallest_ != nullptr; }
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] std::string_view value() const;
  [[nodiscard]] Result<void> next();

 private:
  struct File {
    std::unique_ptr<rocksdb::SstFileReader> reader;
    std::unique_ptr<rocksdb::Iterator> iterator;  // must be gone before its reader
  };
  struct Run {
    std::vector<std::string> paths;
    std::size_t next_path = 0;
    File file;
  };
  // Goes to the first row of the next file of a run; the run is at its end if there is none.
  [[nodiscard]] Result<void> open_next(Run& run);
  void find_smallest();

  rocksdb::Options options_;
  std::vector<Run> runs_;  // that have a row
  Run* smallest_ = nullptr;
};

}  // namespace rounds
