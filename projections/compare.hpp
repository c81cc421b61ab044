// Compares two generations of projections entry by entry, and gives each projection a canonical
// digest.
//
// The digest depends on what a projection says, not on how it was written: history chunks are taken
// apart, since their boundaries depend on when layers were flushed. Reads only; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "projections/projection_database.hpp"

namespace rounds {

// So many differing keys are named; all are counted.
inline constexpr std::size_t max_named_differences = 100;

struct ProjectionComparison {
  Projection projection = Projection::signatures;
  std::uint64_t entry_count = 0;  // of the live projection
  std::uint64_t live_digest = 0;  // XXH3-64 over all keys and values in order
  std::uint64_t fresh_digest = 0;
  std::uint64_t difference_count = 0;
  std::vector<std::string> differing_keys;  // for people: "by_status new 2026-... (missing)"
};

// Compares `live` with `fresh` for each projection of `chosen`. Errors: corruption if an entry of
// either cannot be read at all; io_error.
[[nodiscard]] Result<std::vector<ProjectionComparison>> compare_generations(
    const ProjectionDatabase& database, const FamilySet& live, const FamilySet& fresh,
    const std::vector<Projection>& chosen);

}  // namespace rounds
