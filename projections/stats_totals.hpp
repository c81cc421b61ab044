// Running totals for get_stats: changed by differences, never counted by a scan.
//
// A value; whoever holds it guards it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/signature.hpp"
#include "core/signature_store.hpp"
#include "projections/index_key.hpp"

namespace rounds {

struct StatsTotals {
  std::uint64_t signature_count = 0;
  std::uint64_t occurrence_count = 0;
  std::array<std::uint64_t, all_statuses.size() + 1> by_status{};  // by the number of the status
  std::map<std::string, std::uint64_t, std::less<>> by_service;
  std::optional<Timestamp> oldest_first_seen;

  // Takes in that a signature went from `before` (none: did not exist) to `after`.
  void apply(const std::optional<IndexPosition>& before, const Signature& after);

  [[nodiscard]] StoreStats to_stats(Sequence sequence) const;

  friend bool operator==(const StatsTotals&, const StatsTotals&) = default;
};

}  // namespace rounds
