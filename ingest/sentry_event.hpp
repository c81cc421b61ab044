// From the JSON of one Sentry event to an occurrence: internal to the Sentry decoders.
//
// ingest/sentry_envelope.hpp says what counts as an error and what becomes of it. Pure: usable from
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/occurrence.hpp"
#include "core/time.hpp"

namespace rounds::sentry {

enum class EventKind : std::uint8_t {
  error,
  below_error,  // a message of a lower level
  other,        // no report of anything that failed: a transaction, for one
};

struct Event {
  EventKind kind = EventKind::other;
  std::string id;         // 32 lower-case hex digits; empty: it has none
  Occurrence occurrence;  // of an error; otherwise unspecified
};

// Reads an event sent to `project` and received at `received_at`, which must be valid. Memory: the
// worst that was constructed takes about twenty times its size while it is read.
// Errors: invalid_argument says why it is no JSON object.
[[nodiscard]] Result<Event> read_event(std::string_view payload, std::string_view project,
                                       Timestamp received_at);

// The 32 hex digits of an id of an event in lower case, from that form or that of a UUID; empty if
// `text` is neither.
[[nodiscard]] std::string event_id_of(std::string_view text);

}  // namespace rounds::sentry
