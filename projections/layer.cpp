#include "projections/layer.hpp"

#include <utility>

#include "core/check.hpp"

namespace rounds {

Layer::Layer(std::size_t expected) {
  by_id_.reserve(expected);
  by_fingerprint_.reserve(expected);
}

// NOLINTNEXTLINE(cppcoreguidelines-rvalue-reference-param-not-moved): its members are, one by one
const Signature& Layer::apply(SignatureUpdate&& update) {
  event_count_ += update.sequences.size();
  if (update.entry == nullptr) return insert(std::move(update));
  Entry& entry = *update.entry;
  const Status status = entry.signature.status;
  const Timestamp last_seen = entry.signature.last_seen;
  const bool may_be_retagged = update.evolved != nullptr;
  if (update.evolved) {
    auto aliases = std::move(entry.signature.aliases);
    entry.signature = std::move(update.evolved->after);
    if (entry.signature.aliases != aliases) {
      index_aliases(entry, aliases ? aliases->size() : 0);
      if (aliases) outgrown_aliases_.push_back(std::move(aliases));
    }
  } else {
    evolve(entry.signature, update.run);
  }
  entry.sequences.insert(entry.sequences.end(), update.sequences.begin(), update.sequences.end());
  const bool moved_status = entry.signature.status != status;
  if (moved_status) find_listings(entry);
  const bool was_seen = entry.signature.last_seen != last_seen;
  if (was_seen) {
    for (RecencyList* listing : entry.listings) listing->touch(entry.signature);
  } else if (moved_status) {
    for (RecencyList* listing : entry.listings) listing->touch_again(entry.signature);
  }
  if (was_seen || moved_status || may_be_retagged) touch_tags(entry.signature);
  return entry.signature;
}

// NOLINTNEXTLINE(cppcoreguidelines-rvalue-reference-param-not-moved): its members are, one by one
const Signature& Layer::insert(SignatureUpdate&& update) {
  Entry& entry = entries_.emplace_back();
  entry.signature = std::move(update.evolved->after);
  entry.below = update.evolved->before;
  entry.sequences = std::move(update.sequences);
  const bool is_new = by_id_.emplace(entry.signature.id, &entry).second;
  ROUNDS_CHECK(is_new, "what changes a signature of the layer names its entry");
  by_fingerprint_.emplace(HashedText(entry.signature.identity->fingerprint), &entry);
  entry.aliases_below = update.evolved->aliases_before;
  index_aliases(entry, 0);
  find_listings(entry);
  for (RecencyList* listing : entry.listings) listing->touch(entry.signature);
  touch_tags(entry.signature);
  if (!update.evolved->tags_before.empty()) {
    tags_below_.emplace(&entry, std::move(update.evolved->tags_before));
  }
  return entry.signature;
}

void Layer::index_aliases(Entry& entry, std::size_t from) {
  for (const std::string& alias : aliases_of(entry.signature).subspan(from)) {
    by_fingerprint_.emplace(HashedText(alias), &entry);
  }
}

void Layer::touch_tags(const Signature& signature) {
  for (const std::string& tag : signature.tags) {
    tag_listings_.try_emplace({tag, signature.status}, signature.status, tag)
        .first->second.touch_again(signature);
  }
}

void Layer::find_listings(Entry& entry) {
  const Status status = entry.signature.status;
  const Facets facets = facets_of(*entry.signature.identity);
  for (std::size_t i = 0; i < facets.size(); ++i) {
    entry.listings[i] = &listings_.try_emplace({facets[i], status}, status).first->second;
  }
}

Layer::Entry* Layer::find(const SignatureId& id) {
  const auto entry = by_id_.find(id);
  return entry == by_id_.end() ? nullptr : entry->second;
}

const Layer::Entry* Layer::find(const SignatureId& id) const {
  const auto entry = by_id_.find(id);
  return entry == by_id_.end() ? nullptr : entry->second;
}

Layer::Entry* Layer::find(const HashedText& fingerprint) {
  const auto entry = by_fingerprint_.find(fingerprint);
  return entry == by_fingerprint_.end() ? nullptr : entry->second;
}

const Layer::Entry* Layer::find(const HashedText& fingerprint) const {
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

std::vector<const Signature*> Layer::first_tagged(const std::string& tag, Status status,
                                                  const std::optional<PageCursor>& after,
                                                  std::size_t count) const {
  const auto listing = tag_listings_.find(std::pair(tag, status));
  if (listing == tag_listings_.end()) return {};
  return listing->second.first(after, count);
}

std::span<const Facet> Layer::tags_below(const Entry& entry) const {
  const auto found = tags_below_.find(&entry);
  if (found == tags_below_.end()) return {};
  return found->second;
}

}  // namespace rounds
