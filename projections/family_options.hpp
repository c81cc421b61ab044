// How RocksDB keeps the column families of the projections.
//
// Internal to projections/. Without state: usable from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>

namespace rounds {

// The families of these names, whose blocks `cache` holds.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> families_of(
    const std::vector<std::string>& names, const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace rounds
