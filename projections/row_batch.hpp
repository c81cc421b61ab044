// All rows of a layer on their way to the projections' disk: one write, so that a crash leaves
// either the layer with its checkpoint or nothing of it.
//
// Not sorted files that RocksDB takes in, which would cost less: docs/decisions/0008 says why. One
// thread: the projector.
#pragma once

#include <cstddef>
#include <string_view>

#include <rocksdb/write_batch.h>

#include "core/error.hpp"
#include "projections/projection_database.hpp"

namespace rounds {

class RowBatch {
 public:
  // `expected_bytes` is about as much as it will take. `database` must outlive it.
  RowBatch(ProjectionDatabase& database, const FamilySet& families, std::size_t expected_bytes)
      : database_(database), families_(families), batch_(expected_bytes) {}

  // What follows belongs to this projection.
  void begin(Projection projection) { family_ = family_of(families_, projection); }

  // Keys of a projection that ascend cost less. Errors: io_error, if a row is too large for
  // RocksDB.
  [[nodiscard]] Result<void> put(std::string_view key, std::string_view value);
  [[nodiscard]] Result<void> remove(std::string_view key);

  // Makes everything visible, with `checkpoint` unless it is null; not synced, but a large batch is
  // on its way into tables. A large one first waits until what was written to the families before
  // is in tables. Errors: io_error; nothing was written then, or all of it and only the way into
  // tables is barred.
  [[nodiscard]] Result<void> commit(const Sequence* checkpoint);

 private:
  ProjectionDatabase& database_;
  FamilySet families_;
  rocksdb::ColumnFamilyHandle* family_ = nullptr;
  rocksdb::WriteBatch batch_;
};

}  // namespace rounds
