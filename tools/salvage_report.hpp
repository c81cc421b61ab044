// What rounds verify --salvage tells: as JSON, and as text for people.
//
// Pure: usable from any thread.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "store/salvage.hpp"

namespace rounds::tools {

// {"complete": bool, "kept_event_count", "known_event_count", "left_out": [{"first", "last"}],
// "incomplete_signatures": [{"id", "kept_version", "known_version", "unreadable_version_count"}],
// "unattributed_event_count", "projections": {"sequence", "error": {...} or null},
// "copied_because": {"code", "message"} or null, "log": {as in
// tools/log_report.hpp}}. All of what is left out.
[[nodiscard]] boost::json::object to_json(const SalvageReport& report);
[[nodiscard]] std::string to_text(const SalvageReport& report);

}  // namespace rounds::tools
