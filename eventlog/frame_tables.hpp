// Finds single frames in the table files of a log, each file by itself.
//
// RocksDB looks for a key in files that cannot have it as well, as long as there are few, and fails
// if one of them is damaged. Internal to eventlog/. One thread; must be gone before the database.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/sst_file_reader.h>

#include "core/error.hpp"
#include "core/ids.hpp"

namespace rounds {

class FrameTables {
 public:
  // The files that `database` has now for `frames`.
  FrameTables(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames);

  // The first event of the last frame in any of the files; 0 if there are none.
  [[nodiscard]] Sequence last_frame() const;

  // The frame that begins with event `first`; none if no file has it. Costs a read in each file
  // whose range covers it, which are opened once. Errors: corruption, io_error.
  [[nodiscard]] Result<std::optional<std::string>> find(Sequence first);

 private:
  struct Table {
    std::string path;
    std::string smallest;  // keys
    std::string largest;
    std::unique_ptr<rocksdb::SstFileReader> reader;  // null: not opened yet
    std::unique_ptr<rocksdb::Iterator> iterator;     // likewise; must be gone before its reader
  };
  [[nodiscard]] Result<void> open(Table& table) const;

  rocksdb::Options options_;
  std::vector<Table> tables_;
};

}  // namespace rounds
