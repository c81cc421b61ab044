#include "projections/change_set.hpp"

#include <utility>

#include "core/lifecycle.hpp"

namespace rounds {

Result<void> ChangeSet::load(std::span<const SignatureId> ids) {
  std::vector<SignatureId> unknown;
  for (const SignatureId& id : ids) {
    if (!by_id_.contains(id)) unknown.push_back(id);
  }
  auto stored = live_.get_by_ids(unknown);
  if (!stored) return std::unexpected(std::move(stored.error()));
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    std::optional<Signature>& signature = (*stored)[i];
    if (signature) {
      remember(*std::move(signature));
    } else {
      by_id_.try_emplace(unknown[i]);
    }
  }
  return {};
}

Result<void> ChangeSet::load(std::span<const HashedText> fingerprints) {
  std::vector<HashedText> unknown;
  for (const HashedText& fingerprint : fingerprints) {
    if (!by_fingerprint_.contains(fingerprint)) unknown.push_back(fingerprint);
  }
  auto stored = live_.get_by_fingerprints(unknown);
  if (!stored) return std::unexpected(std::move(stored.error()));
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    std::optional<Signature>& signature = (*stored)[i];
    by_fingerprint_.try_emplace(
        unknown[i], signature ? std::optional(remember(*std::move(signature))) : std::nullopt);
  }
  return {};
}

Result<std::optional<ChangeSet::Slot>> ChangeSet::find(const SignatureId& id) {
  if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second;
  auto stored = live_.get_by_id(id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  return *stored ? std::optional(remember(**std::move(stored))) : std::nullopt;
}

Result<std::optional<ChangeSet::Slot>> ChangeSet::find_by_fingerprint(
    const HashedText& fingerprint) {
  const auto known = by_fingerprint_.find(fingerprint);
  if (known != by_fingerprint_.end()) return known->second;
  auto stored = live_.get_by_fingerprint(fingerprint);
  if (!stored) return std::unexpected(std::move(stored.error()));
  return *stored ? std::optional(remember(**std::move(stored))) : std::nullopt;
}

ChangeSet::Slot ChangeSet::remember(Signature signature) {
  const Slot next{static_cast<std::uint32_t>(changes_.size())};
  const auto [known, inserted] = by_id_.try_emplace(signature.id, next);
  // What the group made of it already is newer than what was read.
  if (!inserted && known->second) return *known->second;
  known->second = next;
  const SignatureUpdate::Before before{signature.version, IndexPosition::of(signature)};
  changes_.push_back({before, std::move(signature), {}});
  return next;
}

ChangeSet::Slot ChangeSet::create(const SignatureId& id) {
  const Slot next{static_cast<std::uint32_t>(changes_.size())};
  SignatureUpdate& created = changes_.emplace_back();
  created.after.id = id;
  by_id_.insert_or_assign(id, next);
  return next;
}

const Signature* ChangeSet::state(Slot slot) const {
  const Signature& signature = changes_[static_cast<std::size_t>(slot)].after;
  return signature.version == 0 ? nullptr : &signature;
}

Result<void> ChangeSet::fold(Slot slot, const Event& event) {
  SignatureUpdate& changed = change(slot);
  const bool is_new = changed.after.version == 0;
  auto next = evolve(is_new ? std::nullopt : std::optional(std::move(changed.after)), event);
  if (!next) return std::unexpected(std::move(next.error()));
  changed.after = *std::move(next);
  changed.sequences.push_back(event.sequence);
  if (is_new)
    by_fingerprint_.insert_or_assign(HashedText(changed.after.identity->fingerprint), slot);
  return {};
}

std::vector<SignatureUpdate> ChangeSet::take() {
  by_id_.clear();
  by_fingerprint_.clear();
  std::vector<SignatureUpdate> updates = std::exchange(changes_, {});
  std::erase_if(updates, [](const SignatureUpdate& update) { return update.sequences.empty(); });
  return updates;
}

}  // namespace rounds
