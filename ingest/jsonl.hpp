// JSON Lines occurrences: one error as one JSON object, for people, scripts and migrations.
//
// Members: `service`, `error_type`, `error_message`, `timestamp` (RFC 3339), and optionally
// `stack_frames` (objects with `module`, `function`, `filename`, `lineno`), `trace_id` and
// `span_id` (hex), `severity` (an OpenTelemetry number 0 to 24, or a name such as "error",
// "fatal"), `attributes`. Other members, and attributes, are ignored. Pure: usable from any thread.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "core/occurrence.hpp"

namespace rounds {

// Reads one line (without its newline; spaces around it do not matter). `service` must not be
// empty; an absent severity is ERROR. Unlike OTLP, a malformed id is an error: somebody wrote it.
// Names, message and the number of frames are cut to core/limits.hpp; the strings of frames are
// not, because they become a hash. Errors: invalid_argument names the member, what it must be and
// what it is.
[[nodiscard]] Result<Occurrence> decode_json_line(std::string_view line);

}  // namespace rounds
