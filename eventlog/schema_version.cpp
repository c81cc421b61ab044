#include "eventlog/schema_version.hpp"

#include <variant>

#include "core/check.hpp"

namespace rounds {
namespace {

// Version 1 could not name the release that has a fix: whatever stands there is not one.
void upcast_to_2(Event& event) {
  if (auto* resolved = std::get_if<SignatureResolved>(&event.payload)) resolved->release.reset();
}

// Version 2 knew one fingerprint of a signature: whatever else stands there is not one.
void upcast_to_3(Event& event) {
  if (auto* detected = std::get_if<SignatureDetected>(&event.payload)) detected->aliases.clear();
  if (auto* imported = std::get_if<SignatureImported>(&event.payload)) {
    imported->signature.aliases.reset();
  }
}

}  // namespace

const std::array<UpcastStep, event_schema_version - 1> upcast_steps{upcast_to_2, upcast_to_3};

std::uint16_t schema_version_of(const Event& event) {
  if (const auto* detected = std::get_if<SignatureDetected>(&event.payload)) {
    return detected->aliases.empty() ? 1 : 3;
  }
  if (const auto* imported = std::get_if<SignatureImported>(&event.payload)) {
    return imported->signature.aliases ? 3 : 1;
  }
  if (std::holds_alternative<FingerprintsAdded>(event.payload)) return 3;
  const auto* resolved = std::get_if<SignatureResolved>(&event.payload);
  return resolved != nullptr && resolved->release ? 2 : 1;
}

void upcast(Event& event, std::uint16_t version, std::span<const UpcastStep> steps) {
  ROUNDS_CHECK(version >= 1 && version <= steps.size() + 1, "a version that this build reads");
  for (const UpcastStep step : steps.subspan(version - 1U)) step(event);
}

}  // namespace rounds
