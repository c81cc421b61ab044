// Brings projections up to the end of the log: the catch-up at open.
//
// One thread, as the writer and the projector at once, and one that reads the log.
#pragma once

#include <functional>
#include <memory>

#include "core/error.hpp"
#include "eventlog/event_log.hpp"
#include "projections/live_projections.hpp"
#include "projections/projection_database.hpp"
#include "projections/projection_writer.hpp"

namespace rounds {

// Called now and then with the number of events read so far and in all.
using ReplayProgress = std::function<void(std::uint64_t events_done, std::uint64_t events_total)>;

// The projections of one generation, in use: what queries see and what writes them to disk.
struct OpenProjections {
  std::unique_ptr<LiveProjections> live;
  std::unique_ptr<ProjectionWriter> writer;
};

// Opens `families`, which hold everything up to `checkpoint`, and folds in the events behind it, up
// to `through` (not behind the end of the log), a layer at a time. The last layer is not on the
// disk yet: flush() writes it. Errors: corruption if the log is damaged, or what the families hold
// is, or is not that of the checkpoint; io_error.
[[nodiscard]] Result<OpenProjections> catch_up(const EventLog& log, ProjectionDatabase& database,
                                               const FamilySet& families, Sequence checkpoint,
                                               Sequence through, LayerLimits limits,
                                               const ReplayProgress& progress);

// Writes the active layer of `projections` to disk, if it holds anything. Not while another thread
// does.
[[nodiscard]] Result<void> flush(OpenProjections& projections, const ProjectionDatabase& database,
                                 const FamilySet& families);

}  // namespace rounds
