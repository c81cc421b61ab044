// Folds the log into projections: the catch-up at open and the rebuild of a generation.
//
// One thread, as the writer and the projector at once.
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

// Opens `families`, which hold everything up to `checkpoint` and perhaps more, and folds in the
// rest of the log. On success all of it is on disk (not synced) and, for the active families, the
// checkpoint is the log's last sequence. Rows that have seen an event already skip it. Errors:
// corruption if the log is damaged, or ends before `checkpoint` and so has lost events; io_error.
[[nodiscard]] Result<OpenProjections> catch_up(const EventLog& log, ProjectionDatabase& database,
                                               const FamilySet& families, Sequence checkpoint,
                                               const ReplayProgress& progress);

// Writes the active layer of `projections` to disk, if it holds anything. Not while another thread
// does.
[[nodiscard]] Result<void> flush(OpenProjections& projections, const ProjectionDatabase& database,
                                 const FamilySet& families);

}  // namespace rounds
