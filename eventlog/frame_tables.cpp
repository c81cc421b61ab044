#include "eventlog/frame_tables.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "eventlog/frame.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {

FrameTables::FrameTables(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames)
    : options_(database.GetOptions(frames)) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database.GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    if (file.column_family_name != frames->GetName()) continue;
    tables_.push_back({fmt::format("{}/{}", file.directory, file.relative_filename),
                       file.smallestkey, file.largestkey, nullptr, nullptr});
  }
}

Result<void> FrameTables::open(Table& table) const {
  if (table.iterator) return {};
  auto reader = std::make_unique<rocksdb::SstFileReader>(options_);
  if (auto opened = check_status(reader->Open(table.path), "reading the log"); !opened) {
    return opened;
  }
  table.iterator.reset(reader->NewIterator({}));
  table.reader = std::move(reader);
  return {};
}

Sequence FrameTables::last_frame() const {
  Sequence last = 0;
  for (const Table& table : tables_) {
    last = std::max(last, parse_frame_key(table.largest).value_or(0));
  }
  return last;
}

Result<std::optional<std::string>> FrameTables::find(Sequence first) {
  const std::string key = frame_key(first);
  for (Table& table : tables_) {
    if (key < table.smallest || table.largest < key) continue;
    if (auto opened = open(table); !opened) return std::unexpected(std::move(opened.error()));
    table.iterator->Seek(key);
    if (auto read = check_status(table.iterator->status(), fmt::format("event {}", first)); !read) {
      return std::unexpected(std::move(read.error()));
    }
    if (table.iterator->Valid() && table.iterator->key() == rocksdb::Slice(key)) {
      return std::optional(table.iterator->value().ToString());
    }
  }
  return std::optional<std::string>{};
}

}  // namespace rounds
