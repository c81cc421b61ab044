// How RocksDB keeps the column families of the projections.
//
// Internal to projections/. Without state: usable from any thread.
#pragma once

#include <memory>
#include <string_view>

#include <rocksdb/db.h>

namespace rounds {

// Of the family `name`, whose blocks `cache` holds.
[[nodiscard]] rocksdb::ColumnFamilyOptions family_options(
    const std::shared_ptr<rocksdb::Cache>& cache, std::string_view name);

}  // namespace rounds
