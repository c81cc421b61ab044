#include "tests/core/lifecycle_support.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds::test {

std::shared_ptr<const Diagnosis> share_diagnosis(const std::string& root_cause) {
  return std::make_shared<const Diagnosis>(make_diagnosis(root_cause));
}

Signature make_signature(Status status, std::shared_ptr<const Diagnosis> diagnosis) {
  Signature signature;
  signature.id = SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91").value();
  signature.identity = make_identity("pool");
  signature.first_seen = at_second(10);
  signature.last_seen = at_second(20);
  signature.occurrence_count = 10;
  signature.status = status;
  signature.diagnosis = std::move(diagnosis);
  signature.tags = {"api", "db"};
  if (status == Status::resolved) signature.resolved_at = at_second(30);
  signature.version = 7;
  signature.last_sequence = 70;
  return signature;
}

Event follow(const Signature& state, EventPayload payload, Timestamp time) {
  return {state.last_sequence + 1, state.id, state.version + 1, time, {}, std::move(payload)};
}

Signature fold(Signature state, const std::vector<EventPayload>& payloads, Timestamp time) {
  for (const EventPayload& payload : payloads) {
    auto next = evolve(state, follow(state, payload, time));
    if (!next) {
      ADD_FAILURE() << next.error().message;
      return state;
    }
    state = std::move(*next);
  }
  return state;
}

std::vector<std::string> kinds(const std::vector<EventPayload>& payloads) {
  std::vector<std::string> names;
  names.reserve(payloads.size());
  for (const EventPayload& payload : payloads) names.emplace_back(kind_name(payload));
  return names;
}

OccurrenceSummary summarize(std::uint64_t count, Timestamp first_seen, Timestamp last_seen) {
  return {count, first_seen, last_seen, {}};
}

}  // namespace rounds::test
