#include <rocksdb/write_batch.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/row_sink.hpp"

namespace rounds {
namespace {

class BatchSink final : public RowSink {
 public:
  BatchSink(ProjectionDatabase& database, const FamilySet& families)
      : database_(database), families_(families) {}

  Result<void> begin(Projection projection) override {
    family_ = family_of(families_, projection);
    return {};
  }
  Result<void> put(std::string_view key, std::string_view value) override {
    return check_status(batch_.Put(family_, rocksdb::Slice(key), rocksdb::Slice(value)),
                        "adding a row to a batch");
  }
  Result<void> remove(std::string_view key) override {
    return check_status(batch_.Delete(family_, rocksdb::Slice(key)), "adding a row to a batch");
  }
  Result<void> commit(const Sequence* checkpoint) override {
    if (checkpoint != nullptr) {
      family_ = database_.meta_family();
      auto stored = put(ProjectionDatabase::checkpoint_key(),
                        ProjectionDatabase::checkpoint_row(*checkpoint));
      if (!stored) return stored;
    }
    return database_.write(batch_);
  }

 private:
  ProjectionDatabase& database_;
  FamilySet families_;
  rocksdb::ColumnFamilyHandle* family_ = nullptr;
  rocksdb::WriteBatch batch_;
};

}  // namespace

std::unique_ptr<RowSink> make_batch_sink(ProjectionDatabase& database, const FamilySet& families) {
  return std::make_unique<BatchSink>(database, families);
}

}  // namespace rounds
