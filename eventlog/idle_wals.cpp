#include "eventlog/idle_wals.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// So many may stay: a flush at every opening would cost more than a few empty files.
constexpr std::ptrdiff_t idle_wals_kept = 8;

constexpr std::string_view wal_extension = ".log";
constexpr const char* doing = "dropping empty write-ahead logs";

}  // namespace

Result<void> drop_idle_wals(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family,
                            const std::string& key) {
  std::vector<std::string> files;
  auto status = database.GetEnv()->GetChildren(database.GetName(), &files);
  if (!status.ok()) return std::unexpected(from_status(status, doing));
  const auto wals = std::ranges::count_if(
      files, [](const std::string& name) { return name.ends_with(wal_extension); });
  if (wals <= idle_wals_kept) return {};
  std::string value;
  status = database.Get({}, family, key, &value);
  if (status.ok()) status = database.Put({}, family, key, value);
  if (status.ok()) status = database.Flush({}, family);
  return check_status(status, doing);
}

}  // namespace rounds
