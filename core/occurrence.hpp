// Occurrences: single observed errors, as ingestion sees them and as the store takes them.
//
// Ingestion (ingest/) produces Occurrence values; identify() (core/fingerprint.hpp) turns them into
// IdentifiedOccurrence values, which is all the store needs. Values: usable from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/language.hpp"
#include "core/signature.hpp"
#include "core/time.hpp"

namespace rounds {

// Whose code a frame runs. Not persisted.
enum class FrameOrigin : std::uint8_t {
  unknown,      // to be told from its names
  application,  // the program's own
  library,      // somebody else's that the program uses
  runtime,      // of the language: its standard library, its threads, its way of throwing
};

// One frame of a stack trace. Empty strings and line 0 mean "not known".
struct StackFrame {
  std::string module;
  std::string function;
  std::string filename;
  std::uint32_t line = 0;
  FrameOrigin origin = FrameOrigin::unknown;  // known only if the telemetry says so

  friend bool operator==(const StackFrame&, const StackFrame&) = default;
};

// Which end of a list of frames is the place that failed. Not persisted.
enum class FrameOrder : std::uint8_t {
  unknown,  // to be told from the language of the frames
  newest_first,
  newest_last,
};

// An error that led to the one that was reported. Empty texts mean "not known".
struct ErrorCause {
  std::string error_type;
  std::string message;
  std::vector<StackFrame> frames;  // in the order of the occurrence's own

  friend bool operator==(const ErrorCause&, const ErrorCause&) = default;
};

// The OpenTelemetry severity number, 1 (TRACE) to 24 (FATAL4); 0 means unspecified. Errors begin
// at 17.
using SeverityNumber = std::uint8_t;
inline constexpr SeverityNumber severity_error = 17;
inline constexpr SeverityNumber severity_fatal = 21;
inline constexpr SeverityNumber max_severity = 24;

// The part of a fingerprint that stands for what the rules find by themselves.
inline constexpr std::string_view fingerprint_default = "{{ default }}";

// One observed error.
struct Occurrence {
  std::string service;
  std::string error_type;
  std::string message;
  std::vector<StackFrame> frames;  // in the order in which the language prints them
  Timestamp time{};
  SeverityNumber severity = severity_error;
  TraceId trace_id;
  SpanId span_id;

  // What rules since v2 look at as well.
  Language language = Language::unknown;
  FrameOrder frame_order = FrameOrder::unknown;
  // As the stack trace itself names it; empty: it does not. SDKs put a code into `error_type` here
  // and the class there, where the trace always has the class.
  std::string thrown_type;
  std::vector<ErrorCause> causes;  // the nearest first, the root last
  // What identifies the failure instead, if somebody decided: a rule of the configuration, or the
  // SDK. A part that is fingerprint_default stands for what the rules find. Empty: nobody did.
  std::vector<std::string> fingerprint_parts;

  friend bool operator==(const Occurrence&, const Occurrence&) = default;
};

// What is kept of a single occurrence when many are folded into one event.
struct Exemplar {
  Timestamp time{};
  TraceId trace_id;
  SpanId span_id;
  SeverityNumber severity = severity_error;
  std::string message;  // raw, at most limits::max_exemplar_message_bytes

  friend bool operator==(const Exemplar&, const Exemplar&) = default;
};

// An occurrence whose signature is known. Many may share one identity, which is then built once.
struct IdentifiedOccurrence {
  std::shared_ptr<const SignatureIdentity> identity;  // never null
  Exemplar exemplar;                                  // its time is the time of the occurrence
  // Its fingerprints by other versions of the rules, the one to be tried first in front. They count
  // where no signature answers to that of the identity: then they lead to the one that was made
  // with one of them. Null: none.
  std::shared_ptr<const FingerprintAliases> aliases{};
};

// Several occurrences of one signature, folded.
struct OccurrenceSummary {
  std::uint64_t count = 0;  // >= 1
  Timestamp first_seen{};
  Timestamp last_seen{};
  std::vector<Exemplar> exemplars;  // at most limits::max_exemplars_per_event

  // Folds one more in: count, time range, and the exemplar while there is room.
  void add(const Exemplar& exemplar);

  friend bool operator==(const OccurrenceSummary&, const OccurrenceSummary&) = default;
};

}  // namespace rounds
