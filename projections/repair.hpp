// Repairs the rows of a single signature from the log.
//
// One thread at a time, which is the only one that writes the projections.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "eventlog/event_log.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"

namespace rounds {

// Puts the rows that the log makes of the signature up to the checkpoint in the place of all that
// the active projections say about it, and counts the totals anew from the rows of all signatures:
// in one write, durable on return. Costs a scan of the log, because damaged projections cannot be
// trusted to name its events, and a scan of the rows and indexes. Errors: corruption, of the log or
// of the row of another signature; io_error.
[[nodiscard]] Result<void> repair_signature(const EventLog& log, ProjectionDatabase& database,
                                            const SignatureId& id, const ReplayProgress& progress);

}  // namespace rounds
