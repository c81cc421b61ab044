#include "projections/row_batch.hpp"

#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr const char* doing = "adding a row to a batch";

}  // namespace

Result<void> RowBatch::put(std::string_view key, std::string_view value) {
  return check_status(batch_.Put(family_, rocksdb::Slice(key), rocksdb::Slice(value)), doing);
}

Result<void> RowBatch::remove(std::string_view key) {
  return check_status(batch_.Delete(family_, rocksdb::Slice(key)), doing);
}

Result<void> RowBatch::commit(const Sequence* checkpoint) {
  if (checkpoint != nullptr) {
    family_ = database_.meta_family();
    auto stored =
        put(ProjectionDatabase::checkpoint_key(), ProjectionDatabase::checkpoint_row(*checkpoint));
    if (!stored) return stored;
  }
  return database_.write(batch_);
}

}  // namespace rounds
