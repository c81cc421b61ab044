// Writes layers to the column families of one generation, behind the log.
//
// Each layer is written as a whole: rows, index entries, history, totals and checkpoint become
// visible and durable together, so the projections on disk are always those of one sequence. One
// thread: the projector.
#pragma once

#include <vector>

#include "core/error.hpp"
#include "projections/layer.hpp"
#include "projections/projection_database.hpp"
#include "projections/row_batch.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {

class ProjectionWriter {
 public:
  // Writes to `families`, whose rows add up to `totals` now.
  ProjectionWriter(ProjectionDatabase& database, const FamilySet& families, StatsTotals totals);

  // Writes all of a frozen layer; with it the checkpoint moves to layer.through(), if the families
  // are the active ones. Errors: io_error; the database is then unusable until opened anew.
  [[nodiscard]] Result<void> write(const Layer& layer);

 private:
  using Entries = std::vector<const Layer::Entry*>;

  [[nodiscard]] Result<void> write_rows(RowBatch& batch, const Entries& by_id);
  [[nodiscard]] Result<void> write_totals(RowBatch& batch, const Layer& layer);
  [[nodiscard]] bool is_active() const { return families_ == database_.active(); }

  ProjectionDatabase& database_;
  FamilySet families_;
  StatsTotals totals_;
};

}  // namespace rounds
