// What the log says of the past of a store: reading the history of a signature, and folding it, or
// the whole log, up to a place in it.
//
// Internal to store/. Reads only; usable from any thread while the log and the projections are
// open.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/error.hpp"
#include "core/signature_store.hpp"
#include "eventlog/event_log.hpp"
#include "projections/live_projections.hpp"

namespace rounds {

// The events of signature `id` behind version `after` that the history index names. Errors:
// corruption if they are not these versions of it; those of EventLog::read_each().
[[nodiscard]] Result<std::vector<Event>> read_history(const EventLog& log, const SignatureId& id,
                                                      Version after,
                                                      std::span<const Sequence> sequences);

// The signature after its last event up to `through`; none if it has none up to there. Reads a long
// history on a second thread as well, which ends before this returns. Errors: corruption, io_error.
[[nodiscard]] Result<std::optional<Signature>> signature_as_of(const EventLog& log,
                                                               const LiveProjections& projections,
                                                               const SignatureId& id,
                                                               Sequence through);

// The statistics after event `through` (at most the last one), from a pass over the log up to
// there. Given up, with the error of a closed store, once `stop` is requested. Errors: corruption,
// io_error.
[[nodiscard]] Result<StoreStats> stats_as_of(const EventLog& log, Sequence through,
                                             const std::stop_token& stop);

}  // namespace rounds
