#include "projections/change_set.hpp"

#include <utility>

#include "core/lifecycle.hpp"

namespace rounds {
namespace {

// Makes a whole state of an entry and the run on it.
Signature& whole_state(SignatureUpdate& change) {
  if (!change.evolved) {
    change.evolved = std::make_unique<SignatureUpdate::Evolved>();
    change.evolved->after = change.entry->signature;
    if (change.run.version != 0) evolve(change.evolved->after, change.run);
  }
  return change.evolved->after;
}

}  // namespace

Result<std::vector<std::optional<ChangeSet::Slot>>> ChangeSet::load(
    std::span<const SignatureId> ids) {
  std::vector<std::optional<Slot>> slots(ids.size());
  auto read = live_.find_each(ids, [&](std::size_t place, const LiveProjections::Found& found) {
    slots[place] = remember(found);
  });
  if (!read) return std::unexpected(std::move(read.error()));
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i]) continue;
    // The group may have created it.
    if (const auto known = by_id_.find(ids[i]); known != by_id_.end()) slots[i] = known->second;
  }
  return slots;
}

Result<std::vector<std::optional<ChangeSet::Slot>>> ChangeSet::load(
    std::span<const HashedText> fingerprints) {
  std::vector<std::optional<Slot>> slots(fingerprints.size());
  auto read =
      live_.find_each(fingerprints, [&](std::size_t place, const LiveProjections::Found& found) {
        slots[place] = remember(found);
      });
  if (!read) return std::unexpected(std::move(read.error()));
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i]) continue;
    // The group may have created it.
    slots[i] = by_fingerprint_.try_emplace(fingerprints[i]).first->second;
  }
  return slots;
}

Result<std::optional<ChangeSet::Slot>> ChangeSet::find(const SignatureId& id) {
  if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second;
  const auto found = load(std::span(&id, 1));
  if (!found) return std::unexpected(found.error());
  return found->front();
}

Result<std::optional<ChangeSet::Slot>> ChangeSet::find(const HashedText& fingerprint) {
  const auto known = by_fingerprint_.find(fingerprint);
  if (known != by_fingerprint_.end()) return known->second;
  const auto found = load(std::span(&fingerprint, 1));
  if (!found) return std::unexpected(found.error());
  return found->front();
}

ChangeSet::Slot ChangeSet::remember(const LiveProjections::Found& found) {
  if (found.entry != nullptr) {
    const std::uint32_t place = found.entry->place_in_group;
    // The note is of this group only if that place knows the entry as well.
    if (place < changes_.size() && changes_[place].entry == found.entry) return Slot{place};
    found.entry->place_in_group = static_cast<std::uint32_t>(changes_.size());
    return add({.entry = found.entry, .evolved = nullptr, .run = {}, .sequences = {}});
  }
  const Signature& signature = *found.signature;
  const Slot next{static_cast<std::uint32_t>(changes_.size())};
  const auto [known, is_new] = by_id_.try_emplace(signature.id, next);
  if (!is_new) return known->second;
  return add({.entry = nullptr,
              .evolved = std::make_unique<SignatureUpdate::Evolved>(
                  IndexPosition::of(signature), tag_facets_of(signature.tags), signature,
                  static_cast<std::uint32_t>(aliases_of(signature).size())),
              .run = {},
              .sequences = {}});
}

ChangeSet::Slot ChangeSet::add(SignatureUpdate change) {
  changes_.push_back(std::move(change));
  return Slot{static_cast<std::uint32_t>(changes_.size() - 1)};
}

ChangeSet::Slot ChangeSet::create(const SignatureId& id) {
  SignatureUpdate created;
  created.evolved = std::make_unique<SignatureUpdate::Evolved>();
  created.evolved->after.id = id;
  const Slot slot = add(std::move(created));
  by_id_.insert_or_assign(id, slot);
  return slot;
}

const Signature* ChangeSet::state(Slot slot) {
  SignatureUpdate& changed = change(slot);
  if (!changed.evolved && changed.run.version == 0) return &changed.entry->signature;
  const Signature& signature = whole_state(changed);
  return signature.version == 0 ? nullptr : &signature;
}

const Signature* ChangeSet::state_without_run(Slot slot) const {
  const SignatureUpdate& changed = change(slot);
  const Signature& signature = changed.evolved ? changed.evolved->after : changed.entry->signature;
  return signature.version == 0 ? nullptr : &signature;
}

std::uint64_t ChangeSet::occurrence_count(Slot slot) const {
  const SignatureUpdate& changed = change(slot);
  // An evolved state has the run in it.
  if (changed.evolved) return changed.evolved->after.occurrence_count;
  return changed.entry->signature.occurrence_count + changed.run.count;
}

Version ChangeSet::version(Slot slot) const {
  const SignatureUpdate& changed = change(slot);
  if (changed.evolved) return changed.evolved->after.version;
  return changed.run.version != 0 ? changed.run.version : changed.entry->signature.version;
}

Sequence ChangeSet::last_sequence(Slot slot) const {
  const SignatureUpdate& changed = change(slot);
  if (changed.evolved) return changed.evolved->after.last_sequence;
  return changed.run.version != 0 ? changed.run.last_sequence
                                  : changed.entry->signature.last_sequence;
}

Result<void> ChangeSet::fold(Slot slot, const Event& event) {
  SignatureUpdate& changed = change(slot);
  if (!changed.evolved && std::holds_alternative<OccurrencesRecorded>(event.payload)) {
    auto extended = extend(changed.run, changed.entry->signature.id, version(slot), event);
    if (!extended) return extended;
  } else {
    Signature& state = whole_state(changed);
    const bool is_new = state.version == 0;
    const std::size_t aliases = aliases_of(state).size();
    auto next = evolve(is_new ? std::nullopt : std::optional(std::move(state)), event);
    if (!next) return std::unexpected(std::move(next.error()));
    state = *std::move(next);
    if (is_new) by_fingerprint_.insert_or_assign(HashedText(state.identity->fingerprint), slot);
    index_aliases(state, aliases, slot);
  }
  changed.sequences.push_back(event.sequence);
  return {};
}

void ChangeSet::index_aliases(const Signature& signature, std::size_t from, Slot slot) {
  const std::span<const std::string> added = aliases_of(signature).subspan(from);
  if (added.empty()) return;
  for (const std::string& alias : added) by_fingerprint_.insert_or_assign(HashedText(alias), slot);
  indexed_aliases_.push_back(signature.aliases);
}

std::vector<SignatureUpdate> ChangeSet::take() {
  by_id_.clear();
  by_fingerprint_.clear();
  indexed_aliases_.clear();
  std::vector<SignatureUpdate> updates = std::exchange(changes_, {});
  std::erase_if(updates, [](const SignatureUpdate& update) { return update.sequences.empty(); });
  return updates;
}

}  // namespace rounds
