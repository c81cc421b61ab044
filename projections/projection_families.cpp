// ProjectionDatabase: families that are filled from sorted files, and those that are dropped.
#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "eventlog/manifest_mark.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "projections/projection_database.hpp"

namespace rounds {

rocksdb::Options ProjectionDatabase::table_options(rocksdb::ColumnFamilyHandle* family) const {
  return database_->GetOptions(family);
}

Result<void> ProjectionDatabase::ingest(rocksdb::ColumnFamilyHandle* family,
                                        const std::vector<std::string>& paths) {
  if (paths.empty()) return {};
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;
  // Nobody has a snapshot of rows that were never there.
  options.snapshot_consistency = false;
  const auto status = database_->IngestExternalFile(family, paths, options);
  manifest_mark_->note();
  return check_status(status, "taking in sorted files");
}

Result<void> ProjectionDatabase::drop(const FamilySet& generation) {
  for (rocksdb::ColumnFamilyHandle* family : generation) {
    if (family == nullptr) continue;
    if (auto dropped = drop_family(family, {}); !dropped) return dropped;
  }
  release_dropped();
  return {};
}

Result<void> ProjectionDatabase::drop_family(rocksdb::ColumnFamilyHandle* family,
                                             std::weak_ptr<const void> readers) {
  ROUNDS_CHECK(std::ranges::find(active_, family) == active_.end(), "active families stay");
  const auto dropped = database_->DropColumnFamily(family);
  if (!dropped.ok()) return std::unexpected(from_status(dropped, "dropping a generation"));
  manifest_mark_->note();
  std::erase(handles_, family);
  dropped_.push_back({std::move(readers), family});
  return {};
}

void ProjectionDatabase::release_dropped() {
  std::erase_if(dropped_, [this](const Dropped& dropped) {
    if (!dropped.readers.expired()) return false;
    database_->DestroyColumnFamilyHandle(dropped.family);
    return true;
  });
}

}  // namespace rounds
