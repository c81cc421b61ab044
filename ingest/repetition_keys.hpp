// Keys that tell what was received before: internal to the decoders of telemetry.
//
// A record is the same one again if all that its sender said of it is the same: resource, time to
// the nanosecond, ids and content. A failure on a span is the one on a log record if they agree on
// trace id, span id and message. docs/decisions/0018-repetition.md says why. Pure: usable from any
// thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/occurrence_keys.hpp"

namespace rounds {

// Hashes numbers and texts to a key. Which of them follow each other counts, also where one ends.
class RepetitionHasher {
 public:
  void add(std::uint64_t number) { parts_.push_back(number); }
  void add(std::string_view text);
  void add(const TraceId& id);
  void add(const SpanId& id);

  // Never an absent key.
  [[nodiscard]] RepetitionKey key() const;

 private:
  std::vector<std::uint64_t> parts_;
};

// Of a failure on the span with these ids, or absent if one of them is. `message` is that of the
// exception; where it is empty, the error type stands for it.
[[nodiscard]] RepetitionKey failure_key(const TraceId& trace_id, const SpanId& span_id,
                                        std::string_view message, std::string_view error_type);

}  // namespace rounds
