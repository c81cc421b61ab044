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
#include "projections/row_sink.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {

class ProjectionWriter {
 public:
  // Writes to `families`, whose rows add up to `totals` now. Layers of fewer signatures than
  // `smallest_layer_for_files` are written as a batch: the fsyncs of the files, some ten
  // milliseconds, would cost more than they save.
  ProjectionWriter(ProjectionDatabase& database, const FamilySet& families, StatsTotals totals,
                   std::size_t smallest_layer_for_files);

  // Writes all of a frozen layer; with it the checkpoint moves to layer.through(), if the families
  // are the active ones. Errors: io_error; the database is then unusable until opened anew.
  [[nodiscard]] Result<void> write(const Layer& layer);

  // Records that the projections hold everything up to `sequence` although there was nothing to
  // write.
  [[nodiscard]] Result<void> write_checkpoint(Sequence sequence);

 private:
  using Entries = std::vector<const Layer::Entry*>;

  [[nodiscard]] Result<void> write_rows(RowSink& sink, const Entries& by_id);
  [[nodiscard]] Result<void> write_totals(RowSink& sink, const Layer& layer);
  [[nodiscard]] bool is_active() const { return families_ == database_.active(); }

  ProjectionDatabase& database_;
  FamilySet families_;
  StatsTotals totals_;
  std::size_t smallest_layer_for_files_;
};

}  // namespace rounds
