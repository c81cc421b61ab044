// Occurrences: single observed errors, as ingestion sees them and as the store takes them.
//
// Ingestion (ingest/) produces Occurrence values; identify() (core/fingerprint.hpp) turns them into
// IdentifiedOccurrence values, which is all the store needs. Values: usable from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/signature.hpp"
#include "core/time.hpp"

namespace rounds {

// One frame of a stack trace. Empty strings and line 0 mean "not known".
struct StackFrame {
  std::string module;
  std::string function;
  std::string filename;
  std::uint32_t line = 0;

  friend bool operator==(const StackFrame&, const StackFrame&) = default;
};

// The OpenTelemetry severity number, 1 (TRACE) to 24 (FATAL4); 0 means unspecified. Errors begin
// at 17.
using SeverityNumber = std::uint8_t;
inline constexpr SeverityNumber severity_error = 17;
inline constexpr SeverityNumber severity_fatal = 21;
inline constexpr SeverityNumber max_severity = 24;

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
