#include "projections/layer.hpp"

#include <utility>

#include "core/check.hpp"

namespace rounds {

void Layer::apply(SignatureUpdate update) {
  const SignatureId id = update.after.id;
  event_count_ += update.sequences.size();
  const auto [position, inserted] = entries_.try_emplace(id);
  Entry& entry = position->second;
  if (inserted) {
    entry.below = std::move(update.before);
    fingerprints_.emplace(update.after.identity->fingerprint, id);
  } else {
    ROUNDS_CHECK(update.before && update.before->version == entry.signature.version,
                 "an update continues the newest state");
    const auto old_position = IndexPosition::of(entry.signature);
    for (const IndexKey& key : index_keys(*entry.signature.identity, old_position)) {
      index_.erase(key);
    }
  }
  entry.signature = std::move(update.after);
  entry.sequences.insert(entry.sequences.end(), update.sequences.begin(), update.sequences.end());
  const auto new_position = IndexPosition::of(entry.signature);
  for (const IndexKey& key : index_keys(*entry.signature.identity, new_position)) {
    index_.insert(key);
  }
}

const Layer::Entry* Layer::find(const SignatureId& id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? nullptr : &entry->second;
}

const Layer::Entry* Layer::find_by_fingerprint(std::string_view fingerprint) const {
  const auto id = fingerprints_.find(fingerprint);
  return id == fingerprints_.end() ? nullptr : find(id->second);
}

bool Layer::changed_by(const SignatureId& id, Sequence sequence) const {
  const Entry* entry = find(id);
  return entry != nullptr && entry->sequences.front() <= sequence;
}

}  // namespace rounds
