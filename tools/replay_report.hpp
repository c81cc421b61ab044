// What rounds-replay tells: as JSON, and as text for people (`columns`: width of the terminal, 0 if
// there is none).
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string>

#include <boost/json/object.hpp>

#include "store/maintenance.hpp"

namespace rounds::tools {

// {"sequence": N, "rebuilt": ["signatures", ...]}.
[[nodiscard]] boost::json::object to_json(const RebuildReport& report);
[[nodiscard]] std::string to_text(const RebuildReport& report, std::size_t columns);

// {"sequence": N, "equal": bool, "projections": [{"projection", "entry_count", "live_digest",
// "fresh_digest" (16 hex digits), "difference_count", "differing_keys": [...]}]}. At most
// max_named_differences keys are named (projections/compare.hpp).
[[nodiscard]] boost::json::object to_json(const ProjectionVerification& verification);
[[nodiscard]] std::string to_text(const ProjectionVerification& verification, std::size_t columns);

}  // namespace rounds::tools
