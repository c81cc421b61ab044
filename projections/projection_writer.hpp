// Writes layers to the column families of one generation: write-behind, in small batches.
//
// Each batch is atomic and complete in itself: rows, index entries, history and the totals over
// exactly the rows written so far. A crash between two batches leaves projections that are a little
// ahead of their checkpoint, and replay skips, row by row, the events a row has seen. One thread:
// the projector.
#pragma once

#include "core/error.hpp"
#include "projections/layer.hpp"
#include "projections/projection_database.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {

class ProjectionWriter {
 public:
  // Writes to `families`, whose rows add up to `totals` now.
  ProjectionWriter(ProjectionDatabase& database, const FamilySet& families, StatsTotals totals);

  // Writes all of a frozen layer; with the last batch the checkpoint moves to layer.through(), if
  // the families are the active ones. Errors: io_error; the database is then unusable until opened
  // anew.
  [[nodiscard]] Result<void> write(const Layer& layer);

  // Records that the projections hold everything up to `sequence` although there was nothing to
  // write.
  [[nodiscard]] Result<void> write_checkpoint(Sequence sequence);

 private:
  void put_entry(rocksdb::WriteBatch& batch, const Layer::Entry& entry);
  void put_index(rocksdb::WriteBatch& batch, const Layer::Entry& entry) const;
  void put_history(rocksdb::WriteBatch& batch, const Layer::Entry& entry) const;
  void put_totals(rocksdb::WriteBatch& batch);
  [[nodiscard]] Result<void> commit(rocksdb::WriteBatch& batch);

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Projection projection) const {
    return family_of(families_, projection);
  }
  [[nodiscard]] bool is_active() const { return families_ == database_.active(); }

  ProjectionDatabase& database_;
  FamilySet families_;
  StatsTotals totals_;
  std::set<std::string, std::less<>> changed_services_;
};

}  // namespace rounds
