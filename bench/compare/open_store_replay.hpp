// The part of the workload replay that needs an open store: rebuilding while it ingests, and asking
// for the past.
#pragma once

#include <filesystem>

#include "bench/compare/workload.hpp"
#include "bench/support/occurrence_stream.hpp"

namespace rounds::bench {

// Opens the store in `directory`, which has recorded `stream` with an event for each occurrence.
// Asks for what the signature with about 10,000 events was before its last one, as_of_p50 and
// as_of_p99 in milliseconds. Then records the stream again and again, alone and while all
// projections are rebuilt: the two rates, and the longest stall of acknowledgements meanwhile.
// Errors: corruption if a count is wrong afterwards; those of the store.
[[nodiscard]] Result<Samples> measure_open_store(const std::filesystem::path& directory,
                                                 const OccurrenceStream& stream);

}  // namespace rounds::bench
