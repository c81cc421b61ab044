// What rounds-replay tells: as JSON, and as text for people (`columns`: width of the terminal, 0 if
// there is none).
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string>

#include <boost/json/object.hpp>

#include "store/maintenance.hpp"
#include "store/past_store.hpp"

namespace rounds::tools {

// {"sequence": N, "rebuilt": ["signatures", ...]}.
[[nodiscard]] boost::json::object to_json(const RebuildReport& report);
[[nodiscard]] std::string to_text(const RebuildReport& report, std::size_t columns);

// What a repair of one signature found before it.
struct RepairReport {
  SignatureId id;
  ProjectionVerification before;
};

// {"repaired": ID, "sequence": N, "difference_count": N, "differing_keys": [...]}.
[[nodiscard]] boost::json::object to_json(const RepairReport& report);
[[nodiscard]] std::string to_text(const RepairReport& report, std::size_t columns);

// {"sequence": N, "last_sequence": N, "equal": bool, "projections": [{"projection", "entry_count",
// "live_digest", "fresh_digest" (16 hex digits), "difference_count", "differing_keys": [...]}]}. At
// most max_named_differences keys are named (projections/compare.hpp).
[[nodiscard]] boost::json::object to_json(const ProjectionVerification& verification);
[[nodiscard]] std::string to_text(const ProjectionVerification& verification, std::size_t columns);

// {"directory", "sequence": N, "time": of that event or null, "last_sequence": N}.
[[nodiscard]] boost::json::object to_json(const PastStore& past);
[[nodiscard]] std::string to_text(const PastStore& past, std::size_t columns);

}  // namespace rounds::tools
