// Builds an index (by_status, by_service, by_tag) from the rows of the signatures projection.
//
// For a store whose index is of an earlier release: the rows are right, and reading them costs the
// signatures instead of all of the log. One thread; nothing may be written meanwhile.
#pragma once

#include "core/error.hpp"
#include "projections/projection_database.hpp"

namespace rounds {

// Fills the family of `index`, for which is_index() holds, in the new generation `target` from the
// active rows of `database`; not synced. Errors: corruption if a row is damaged; io_error.
[[nodiscard]] Result<void> build_index(ProjectionDatabase& database, const FamilySet& target,
                                       Projection index);

}  // namespace rounds
