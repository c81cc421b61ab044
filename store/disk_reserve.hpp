// A file that keeps disk space for the moment when there is no more: a full disk must not keep a
// store from shutting down cleanly. Also finds out whether the disk takes writes again.
//
// Usable from one thread at a time.
#pragma once

#include <cstddef>
#include <filesystem>

#include "core/error.hpp"

namespace rocksdb {
class Env;
}

namespace rounds {

class DiskReserve {
 public:
  // A reserve in `data_directory`, which exists. Nothing is written before hold(). `env` as in
  // RocksStoreOptions.
  DiskReserve(const std::filesystem::path& data_directory, std::size_t bytes, rocksdb::Env* env);

  // Makes sure that the file is there in its full size. Costs writing it if it is not. Errors:
  // io_error; part of the space may then be held.
  [[nodiscard]] Result<void> hold();

  // Gives the space back. Errors: io_error.
  [[nodiscard]] Result<void> release();

  // Writes and syncs a small file and asks how much space is free. Errors: io_error if the disk
  // refuses, or has less than `free_bytes`.
  [[nodiscard]] Result<void> probe(std::size_t free_bytes);

 private:
  std::filesystem::path path_;
  std::filesystem::path probe_path_;
  std::size_t bytes_;
  rocksdb::Env* env_;
};

}  // namespace rounds
