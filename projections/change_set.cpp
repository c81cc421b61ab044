#include "projections/change_set.hpp"

#include <utility>

#include "core/lifecycle.hpp"

namespace rounds {

Result<const Signature*> ChangeSet::find(const SignatureId& id) {
  if (const auto known = changes_.find(id); known != changes_.end()) {
    return known->second.now ? &*known->second.now : nullptr;
  }
  auto stored = live_.get_by_id(id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  return *stored ? remember(**std::move(stored)) : nullptr;
}

Result<const Signature*> ChangeSet::find_by_fingerprint(std::string_view fingerprint) {
  if (const auto known = fingerprints_.find(fingerprint); known != fingerprints_.end()) {
    return &*changes_.at(known->second).now;
  }
  auto stored = live_.get_by_fingerprint(fingerprint);
  if (!stored) return std::unexpected(std::move(stored.error()));
  return *stored ? remember(**std::move(stored)) : nullptr;
}

const Signature* ChangeSet::remember(Signature signature) {
  Change& change = changes_[signature.id];
  change.before = signature;
  change.now = std::move(signature);
  fingerprints_.emplace(change.now->identity->fingerprint, change.now->id);
  return &*change.now;
}

Result<void> ChangeSet::fold(const Event& event) {
  auto present = find(event.signature_id);
  if (!present) return std::unexpected(std::move(present.error()));
  Change& change = changes_[event.signature_id];
  const bool is_new = !change.now.has_value();
  auto next = evolve(std::move(change.now), event);
  if (!next) return std::unexpected(std::move(next.error()));
  change.now = *std::move(next);
  change.sequences.push_back(event.sequence);
  if (is_new) fingerprints_.emplace(change.now->identity->fingerprint, change.now->id);
  return {};
}

std::vector<SignatureUpdate> ChangeSet::take() {
  std::vector<SignatureUpdate> updates;
  updates.reserve(changes_.size());
  for (auto& [id, change] : changes_) {
    // Others were only looked at.
    if (change.sequences.empty()) continue;
    updates.push_back(
        {std::move(change.before), *std::move(change.now), std::move(change.sequences)});
  }
  changes_.clear();
  fingerprints_.clear();
  return updates;
}

}  // namespace rounds
