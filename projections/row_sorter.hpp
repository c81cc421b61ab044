// Sorts rows by their keys: in memory while they fit, otherwise with runs on the disk.
//
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/options.h>

#include "core/error.hpp"
#include "projections/table_files.hpp"

namespace rounds {

class RowSorter {
 public:
  // Runs go to files in `directory` whose names begin with `prefix`, once the rows take
  // `max_memory_bytes`.
  RowSorter(const rocksdb::Options& options, std::filesystem::path directory, std::string prefix,
            std::size_t max_memory_bytes);

  // A row of less than 64 KiB. Errors: io_error.
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view value);

  // Gives all rows to `sink`, in order, and finishes it; the sorter is empty then. Errors:
  // io_error, those of the sink.
  [[nodiscard]] Result<void> finish(RowSink& sink);

 private:
  // The beginning of the key as numbers, which mostly tell two apart without a look at the bytes.
  struct Entry {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    const char* bytes = nullptr;  // sizes of key and value, 2 bytes each, then both
  };
  static constexpr std::size_t bytes_per_block = 1U << 20U;

  [[nodiscard]] static std::string_view key_of(const Entry& entry);
  [[nodiscard]] static std::string_view value_of(const Entry& entry);
  [[nodiscard]] std::size_t memory_bytes() const {
    return entries_.size() * sizeof(Entry) + blocks_.size() * bytes_per_block;
  }
  [[nodiscard]] Result<void> give_sorted(RowSink& sink);

  rocksdb::Options options_;
  std::filesystem::path directory_;
  std::string prefix_;
  std::size_t max_memory_bytes_;
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = bytes_per_block;    // of the last one
  std::vector<std::vector<std::string>> runs_;  // the files of each
};

}  // namespace rounds
