#include "core/event.hpp"

#include <array>

namespace rounds {

std::string_view kind_name(const EventPayload& payload) {
  // In the order of the alternatives of EventPayload.
  static constexpr std::array<std::string_view, std::variant_size_v<EventPayload>> names{
      "signature_detected",    "occurrences_recorded",   "signature_regressed",
      "investigation_started", "investigation_reverted", "signature_diagnosed",
      "signature_resolved",    "signature_muted",        "signature_retriaged",
      "signature_restored",    "tags_changed",           "signature_imported",
      "fingerprints_added"};
  return names[payload.index()];
}

}  // namespace rounds
