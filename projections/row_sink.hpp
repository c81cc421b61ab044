// Where the rows of a layer go: a write batch, or sorted files that RocksDB takes in as they are.
//
// Both make all of a layer, checkpoint included, visible and durable as one: a crash leaves either
// the layer or nothing of it. Files cost a few fsyncs for each, but a fifth of the time for each
// row, because no memtable sorts what is sorted already (docs/decisions/0008). One thread: the
// projector.
#pragma once

#include <memory>
#include <string_view>

#include "core/error.hpp"
#include "projections/projection_database.hpp"

namespace rounds {

class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;

  // Begins the rows of the next projection. Each projection has at most one turn.
  [[nodiscard]] virtual Result<void> begin(Projection projection) = 0;

  // The keys of a turn ascend. Errors: io_error.
  [[nodiscard]] virtual Result<void> put(std::string_view key, std::string_view value) = 0;
  [[nodiscard]] virtual Result<void> remove(std::string_view key) = 0;

  // Makes everything visible, with `checkpoint` unless it is null. Errors: io_error; then nothing
  // of it is visible, unless the failure struck while RocksDB recorded it: open the database anew.
  [[nodiscard]] virtual Result<void> commit(const Sequence* checkpoint) = 0;
};

// A sink of one unsynced write: cheap for few rows. `database` must outlive it.
[[nodiscard]] std::unique_ptr<RowSink> make_batch_sink(ProjectionDatabase& database,
                                                       const FamilySet& families);

// A sink of one file for each projection. `database` must outlive it.
[[nodiscard]] std::unique_ptr<RowSink> make_file_sink(ProjectionDatabase& database,
                                                      const FamilySet& families);

}  // namespace rounds
