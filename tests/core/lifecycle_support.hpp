// What the tests of the lifecycle share: signatures in a given state, and folding events.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "core/lifecycle.hpp"
#include "core/signature.hpp"
#include "tests/support/print.hpp"

namespace rounds::test {

[[nodiscard]] std::shared_ptr<const Diagnosis> share_diagnosis(const std::string& root_cause);

// A valid signature with 10 occurrences from at_second(10) to at_second(20), the tags "api" and
// "db", at version 7 and sequence 70. If it is RESOLVED, then since at_second(30).
[[nodiscard]] Signature make_signature(Status status, std::shared_ptr<const Diagnosis> diagnosis);

// `payload` in an envelope that follows `state`, committed at `time`.
[[nodiscard]] Event follow(const Signature& state, EventPayload payload, Timestamp time);

// The state after all `payloads`, committed at `time`. Fails the test if evolve refuses one.
[[nodiscard]] Signature fold(Signature state, const std::vector<EventPayload>& payloads,
                             Timestamp time);

// The kinds of `payloads`, in order.
[[nodiscard]] std::vector<std::string> kinds(const std::vector<EventPayload>& payloads);

// A summary without exemplars.
[[nodiscard]] OccurrenceSummary summarize(std::uint64_t count, Timestamp first_seen,
                                          Timestamp last_seen);

}  // namespace rounds::test
