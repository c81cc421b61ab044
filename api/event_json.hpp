// Events in JSON: one line of a signature's history.
//
// An event is {"sequence", "version", "signature_id", "time", "kind", "actor", "reason",
// "request_id"} and what its kind carries:
//
//   signature_detected    "identity" {fingerprint, error_type, service, message_template,
//                         stack_hash}, "occurrences" and "aliases" [further fingerprints]
//   occurrences_recorded  "occurrences" {count, first_seen, last_seen, exemplars [{time, trace_id,
//                         span_id, severity, message}]}
//   signature_diagnosed   "diagnosis"
//   signature_resolved    "fix" and "release"
//   signature_restored    "status" and "diagnosis"
//   tags_changed          "added" and "removed"
//   signature_imported    "signature"
//   fingerprints_added    "fingerprints"
//
// The other kinds carry nothing more. What is absent is null. Pure: usable from any thread.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "core/event.hpp"

namespace rounds::api {

[[nodiscard]] boost::json::object event_to_json(const Event& event);

// Reads what event_to_json() wrote; an imported signature comes back as signature_from_json() reads
// it. Members it does not know are ignored. Errors: invalid_argument names the member that is
// wrong; unsupported for a kind that this release does not know.
[[nodiscard]] Result<Event> event_from_json(const boost::json::value& value);

}  // namespace rounds::api
