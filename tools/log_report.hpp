// What rounds verify tells about a log: as JSON, and as text for people.
//
// Pure: usable from any thread.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "eventlog/log_verifier.hpp"

namespace rounds::tools {

// "event 7", or "events 7 to 9".
[[nodiscard]] std::string events_text(Sequence first, Sequence last);

// {"code", "message"}.
[[nodiscard]] boost::json::object error_to_json(const Error& error);

// {"sound", "last_sequence", "event_count", "signature_count", "watermark": {"sequence", "closed"}
// or null, "damage_count", "damages": [{"code", "message", "first", "last"}],
// "affected_signature_count", "affected_signatures": [{"id", "first_missing_version",
// "last_missing_version"}]}. At most max_named_damages of each are named.
[[nodiscard]] boost::json::object to_json(const LogVerification& verification);
[[nodiscard]] std::string to_text(const LogVerification& verification);

}  // namespace rounds::tools
