// Rebuilds projections of a store that takes writes and answers meanwhile.
//
// The log is folded up to the checkpoint of the live projections, the rows are built in families of
// their own and then brought up to that checkpoint again, while it goes on. In the end the
// projector, between two layers, does the rest and flips the pointers: what it writes next goes to
// the new ones. If writers are faster than all that, it does parts of the rest before, and writers
// wait for it a little. The layers in memory are not touched. One thread, the caller's, which
// should have a low priority, and that of the projector.
#pragma once

#include <stop_token>
#include <vector>

#include "core/error.hpp"
#include "eventlog/event_log.hpp"
#include "projections/live_projections.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"
#include "store/projector.hpp"

namespace rounds {

// What a rebuild may write in a second: a fraction of what a disk takes.
inline constexpr std::int64_t rebuild_bytes_per_second = 64U << 20U;

// Of memory, less than when nothing else runs: see BulkBuildOptions.
inline constexpr std::size_t online_delta_bytes = 256U << 20U;
inline constexpr std::size_t online_index_bytes = 48U << 20U;

// All must outlive the call, and nobody else may rebuild meanwhile. Returns the last event that the
// new projections held when they were put in place. Errors: corruption, of the log; unavailable
// when it was asked to stop or the projector has ended; io_error. The old projections then stay.
[[nodiscard]] Result<Sequence> rebuild_online(const EventLog& log, ProjectionDatabase& database,
                                              OpenProjections& projections, Projector& projector,
                                              LayerLimits limits,
                                              const std::vector<Projection>& chosen,
                                              const ReplayProgress& progress,
                                              const std::stop_token& stop);

}  // namespace rounds
