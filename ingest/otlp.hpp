// OTLP/HTTP bodies to occurrences and answers back: the front of ingest/.
//
// ingest/ is pure: bytes in, values out, no I/O, no clock, no state. Every function here may be
// called from any thread. A body is the request after decompression (ingest/gzip.hpp).
//
// What counts as an error: a span event named `exception`; a log record with `exception.type` or
// `exception.message`, or with the event name `exception`, or of severity 17 (ERROR) and above.
// The same failure may arrive as both, and a body more than once: the keys of an occurrence
// (core/occurrence_keys.hpp) tell the store.
//
// What becomes of one, by field of the Occurrence:
//   service     the resource's `service.name`; absent or empty: "unknown_service"
//   error_type  `exception.type`; absent or empty: "Error". The severity text would not do: it is
//               spelt differently by every logging library, and the type is part of the fingerprint
//   message     `exception.message`, else the log record's body as text; may be empty
//   frames      from `exception.stacktrace` (ingest/stack_trace.hpp)
//   time        its time, else its observed time, else the time of receipt; cut to microseconds
//   severity    the log record's (numbers over 24 read as 24, below 0 as 0 = unspecified); a span
//               event has none and counts as ERROR
//   ids         ids of a wrong length or with digits that are not hex are dropped, the rest is kept
// Bytes that are not UTF-8 become U+FFFD. Names and messages are cut to core/limits.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/occurrence.hpp"
#include "core/occurrence_keys.hpp"
#include "core/time.hpp"

namespace rounds {

enum class OtlpEncoding : std::uint8_t { protobuf, json };

enum class OtlpSignal : std::uint8_t { logs, traces };

// How deep arrays and maps may nest in a value: log bodies of structured loggers nest to about ten.
// Protobuf accepts somewhat deeper arrays, because there it counts messages.
inline constexpr std::size_t max_otlp_value_nesting = 32;

// Attributes of one log record or event. SDKs keep 128 by default.
inline constexpr std::size_t max_otlp_attributes = 1024;

// One log record or span in protobuf. Its values take up to 41 times as much memory, and no back
// end of logs takes larger ones.
inline constexpr std::size_t max_otlp_record_bytes = 1024 * 1024;

// Values in one JSON body, which are in memory all at once, at some 16 to 50 bytes: '{', '[' and
// ',' are counted, also those in texts. 64 MiB of usual telemetry have about 4 million.
inline constexpr std::size_t max_otlp_json_values = 8 * 1024 * 1024;

// Why single records are rejected.
enum class OtlpRejection : std::uint8_t {
  time,         // does not fit OTLP's 64 bits (JSON only)
  record_size,  // over max_otlp_record_bytes
  attributes,   // more than max_otlp_attributes
  batch_size,   // the body holds more than limits::max_occurrences_per_submission errors
};
inline constexpr std::size_t otlp_rejections = 4;

struct OtlpBatch {
  std::vector<Occurrence> occurrences;  // in the order of the body

  // One for each occurrence. One of a record without a time and a span of its own tells nothing:
  // two that say the same could be two.
  std::vector<OccurrenceKeys> keys;

  // Of the body as it was sent; absent if one of `keys` tells nothing.
  RepetitionKey batch_key;

  // Log records or spans, errors or not.
  std::size_t record_count = 0;

  // Those that the client must be told of and must not send again.
  std::size_t rejected_count = 0;
  std::array<std::size_t, otlp_rejections> rejected_by{};  // the same, by OtlpRejection

  std::string rejection_message;  // why the first was rejected; empty if none was
};

// Reads an Export…ServiceRequest. An empty request is an empty batch. `received_at` must be valid
// (is_valid, core/time.hpp). One bad record does not fail the others, but a malformed body fails as
// a whole: nothing of it may be counted, since the client may send it again.
//
// Memory: usual bodies take a few times their size. The worst that was constructed, one record of
// millions of empty parts, took 41 times its size in protobuf and 55 times in JSON, which is what
// the limits on records and values are for.
// Errors: invalid_argument says what is malformed, for JSON with the path of the wrong member;
// too_large for bodies of 2 GiB and more, and for JSON with more than max_otlp_json_values.
[[nodiscard]] Result<OtlpBatch> decode_otlp_logs(std::string_view body, OtlpEncoding encoding,
                                                 Timestamp received_at);
[[nodiscard]] Result<OtlpBatch> decode_otlp_traces(std::string_view body, OtlpEncoding encoding,
                                                   Timestamp received_at);

// The body of a 200 answer. With `rejected_count` 0 and no message it says plain success.
[[nodiscard]] std::string otlp_success_response(OtlpSignal signal, OtlpEncoding encoding,
                                                std::size_t rejected_count,
                                                std::string_view message);

// The body of an error answer: a google.rpc.Status. `rpc_code` is a google.rpc.Code (3 is
// INVALID_ARGUMENT).
[[nodiscard]] std::string otlp_error_response(OtlpEncoding encoding, int rpc_code,
                                              std::string_view message);

}  // namespace rounds
