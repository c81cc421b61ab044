#include "projections/layer.hpp"

#include <utility>

#include "core/check.hpp"

namespace rounds {

// NOLINTNEXTLINE(cppcoreguidelines-rvalue-reference-param-not-moved): its members are, one by one
void Layer::apply(SignatureUpdate&& update) {
  event_count_ += update.sequences.size();
  const auto [position, inserted] = by_id_.try_emplace(update.after.id, nullptr);
  if (inserted) {
    Entry& entry = entries_.emplace_back();
    position->second = &entry;
    if (update.before) entry.below = update.before->position;
    entry.signature = std::move(update.after);
    entry.sequences = std::move(update.sequences);
    by_fingerprint_.emplace(HashedText(entry.signature.identity->fingerprint), &entry);
    find_listings(entry);
    for (RecencyList* listing : entry.listings) listing->touch(entry.signature);
    return;
  }
  Entry& entry = *position->second;
  ROUNDS_CHECK(update.before && update.before->version == entry.signature.version,
               "an update continues the newest state");
  const bool moved_status = entry.signature.status != update.after.status;
  const bool moved = moved_status || entry.signature.last_seen != update.after.last_seen;
  entry.signature = std::move(update.after);
  entry.sequences.insert(entry.sequences.end(), update.sequences.begin(), update.sequences.end());
  if (moved_status) find_listings(entry);
  if (!moved) return;
  for (RecencyList* listing : entry.listings) listing->touch(entry.signature);
}

void Layer::find_listings(Entry& entry) {
  const Status status = entry.signature.status;
  const Facets facets = facets_of(*entry.signature.identity);
  for (std::size_t i = 0; i < facets.size(); ++i) {
    entry.listings[i] = &listings_.try_emplace({facets[i], status}, status).first->second;
  }
}

const Layer::Entry* Layer::find(const SignatureId& id) const {
  const auto entry = by_id_.find(id);
  return entry == by_id_.end() ? nullptr : entry->second;
}

const Layer::Entry* Layer::find_by_fingerprint(const HashedText& fingerprint) const {
  const auto entry = by_fingerprint_.find(fingerprint);
  return entry == by_fingerprint_.end() ? nullptr : entry->second;
}

bool Layer::changed_by(const SignatureId& id, Sequence sequence) const {
  const Entry* entry = find(id);
  return entry != nullptr && entry->sequences.front() <= sequence;
}

std::vector<const Signature*> Layer::first(Facet facet, Status status,
                                           const std::optional<PageCursor>& after,
                                           std::size_t count) const {
  const auto listing = listings_.find({facet, status});
  if (listing == listings_.end()) return {};
  return listing->second.first(after, count);
}

}  // namespace rounds
