// Bodies of Sentry SDKs to occurrences: envelopes, and the single events of the older protocol.
//
// An envelope is a line with a JSON object, then items: each a line with a JSON object that has its
// `type` and mostly its `length`, and a payload of so many bytes, or up to the end of its line.
// Pure, like all of ingest/: usable from any thread. A body is the request after decompression
// (ingest/content_encoding.hpp).
//
// These SDKs do not send again what was refused. So whatever can be read counts: a damaged item
// costs no other one, a member of the wrong type counts as absent, a length that cannot be true is
// not believed if the payload is one line, bytes that are not UTF-8 become U+FFFD.
//
// What counts as an error: an event that has an exception with a type, whatever its level, and one
// of level error or fatal, which is also that of an event without a level. (An exception without a
// type is how SDKs send a message with its stack.) Events of lower levels are
// counted, not kept. So are items of other types: transactions, sessions, attachments (minidumps
// among them), logs, reports of the client.
//
// What becomes of one, by field of the Occurrence:
//   service     the tag `service`, else the tag `service.name`, else NAME of a release
//   NAME@VERSION,
//               else "project-ID" by the project of the path. Not the host: it changes
//   error_type  the exception's `type`, for Java and Python with its `module` in front as
//               OpenTelemetry reports it; absent, and of a message: "Error"
//   message     the exception's `value`, else `logentry` or `message` with its parameters filled in
//   frames      the exception's, else those of the event or of its thread that crashed; `in_app`
//               tells the application's, except in browsers, where SDKs say it of all
//   causes      the other exceptions, in the order that `mechanism` tells, else the last ones first
//   fingerprint_parts  `fingerprint`, with its variables filled in (ingest/sentry_fingerprint.hpp)
//   time        `timestamp`, else the time of receipt; cut to microseconds
//   severity    by `level`; ids from `contexts.trace`
// Names and messages are cut to core/limits.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/occurrence.hpp"
#include "core/occurrence_keys.hpp"
#include "core/time.hpp"

namespace rounds {

// An event that is larger is damaged. SDKs cut their events, and Sentry takes none above 1 MiB.
inline constexpr std::size_t max_sentry_event_bytes = 2 * 1024 * 1024;

// Items of one envelope; the rest of it counts as one damaged item. SDKs send one event, with some
// attachments.
inline constexpr std::size_t max_sentry_items = 1000;

// A header line that is longer is damaged. Real ones are below 2 KiB.
inline constexpr std::size_t max_sentry_header_bytes = 64 * 1024;

struct SentryBatch {
  std::vector<Occurrence> occurrences;  // in the order of the body

  // One for each occurrence: its event received again has the same project, id and bytes. One
  // without an id tells nothing.
  std::vector<OccurrenceKeys> keys;

  // The id of the first event, or that of the envelope: 32 lower-case hex digits. An event without
  // one gets one, made of its bytes and the time of receipt. Empty: there is no event.
  std::string event_id;

  std::size_t below_error_count = 0;  // events of a level below error
  std::size_t skipped_count = 0;      // items, or events, that report no error
  std::size_t damaged_count = 0;      // items that cannot be read
  std::string damage;                 // why the first of them cannot; empty: none is damaged
};

// Reads an envelope that was sent to `project`, the part of the path. `received_at` must be valid
// (is_valid, core/time.hpp). Linear in the body; only one event is held as JSON at a time.
// Errors: invalid_argument if the first line is not a JSON object, so that nothing tells that this
// is an envelope.
[[nodiscard]] Result<SentryBatch> decode_sentry_envelope(std::string_view body,
                                                         std::string_view project,
                                                         Timestamp received_at);

// Reads the single event of the older protocol: JSON, or zlib's deflate of it in base64, as its
// first SDKs sent it. Errors: invalid_argument says what is wrong; too_large.
[[nodiscard]] Result<SentryBatch> decode_sentry_event(std::string_view body,
                                                      std::string_view project,
                                                      Timestamp received_at);

// The public key in the value of an X-Sentry-Auth field:
// "Sentry sentry_version=7, sentry_key=KEY". Empty: it has none. A view into `field`.
[[nodiscard]] std::string_view sentry_key_in_field(std::string_view field);

// The public key in the `dsn` of the header line of an envelope, which SDKs that are sent through a
// relay of the application use: "https://KEY@host/1". Empty: it has none.
[[nodiscard]] std::string sentry_key_in_envelope(std::string_view body);

}  // namespace rounds
