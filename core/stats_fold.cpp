#include "core/stats_fold.hpp"

#include <algorithm>

#include "core/lifecycle.hpp"

namespace rounds {

void StatsFold::add(const Event& event) {
  if (const auto* detected = std::get_if<SignatureDetected>(&event.payload)) {
    create(*detected->identity);
    count(detected->occurrences.count, detected->occurrences.first_seen);
  } else if (const auto* recorded = std::get_if<OccurrencesRecorded>(&event.payload)) {
    count(recorded->occurrences.count, recorded->occurrences.first_seen);
  } else if (const auto* imported = std::get_if<SignatureImported>(&event.payload)) {
    create(*imported->signature.identity);
    count(imported->signature.occurrence_count, imported->signature.first_seen);
  }
  if (const auto status = status_after(event.payload)) enter(event.signature_id, *status);
  stats_.sequence = event.sequence;
}

// Every signature begins as NEW; the event that creates it may say otherwise at once.
void StatsFold::create(const SignatureIdentity& identity) {
  ++stats_.signature_count;
  ++stats_.by_service[identity.service];
  ++stats_.by_status[Status::new_];
}

void StatsFold::count(std::uint64_t occurrences, Timestamp first_seen) {
  stats_.occurrence_count += occurrences;
  stats_.oldest_first_seen = std::min(first_seen, stats_.oldest_first_seen.value_or(first_seen));
}

void StatsFold::enter(const SignatureId& id, Status status) {
  const auto known = not_new_.find(id);
  const Status before = known == not_new_.end() ? Status::new_ : known->second;
  if (status == before) return;
  if (status == Status::new_) {
    not_new_.erase(known);
  } else {
    not_new_.insert_or_assign(id, status);
  }
  ++stats_.by_status[status];
  const auto left = stats_.by_status.find(before);
  if (--left->second == 0) stats_.by_status.erase(left);  // only statuses that occur
}

}  // namespace rounds
