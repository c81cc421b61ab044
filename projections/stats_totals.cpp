#include "projections/stats_totals.hpp"

#include <algorithm>

namespace rounds {

void StatsTotals::apply(const std::optional<IndexPosition>& before, const Signature& after) {
  if (before) {
    occurrence_count -= before->occurrence_count();
    --by_status[static_cast<std::size_t>(before->status)];
  } else {
    ++signature_count;
    ++by_service[after.identity->service];
  }
  occurrence_count += after.occurrence_count;
  ++by_status[static_cast<std::size_t>(after.status)];
  // first_seen of a signature never rises and signatures are never deleted, so a minimum is enough.
  oldest_first_seen =
      oldest_first_seen ? std::min(*oldest_first_seen, after.first_seen) : after.first_seen;
}

StoreStats StatsTotals::to_stats(Sequence sequence) const {
  StoreStats stats;
  stats.signature_count = signature_count;
  stats.occurrence_count = occurrence_count;
  for (const Status status : all_statuses) {
    const std::uint64_t count = by_status[static_cast<std::size_t>(status)];
    if (count > 0) stats.by_status.emplace(status, count);
  }
  stats.by_service.insert(by_service.begin(), by_service.end());
  stats.oldest_first_seen = oldest_first_seen;
  stats.sequence = sequence;
  return stats;
}

}  // namespace rounds
