#include "projections/live_projections.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "core/check.hpp"

namespace rounds {
namespace {

// What a layer adds to one page of a history: only what falls into the page, since a hot signature
// has very many pending events and this runs under the lock.
struct PendingWindow {
  Version last = 0;  // the newest version in the layer; 0: the layer does not have the signature
  std::size_t pending = 0;  // events of the signature in the layer
  std::vector<Sequence>
      sequences;  // those of the versions query.after + 1 to query.after + query.limit
};

PendingWindow window_of(const Layer::Entry& entry, const HistoryQuery& query) {
  PendingWindow window;
  window.last = entry.signature.version;
  window.pending = entry.sequences.size();
  const Version first = window.last - window.pending + 1;
  if (query.after >= window.last) return window;
  const Version begin = std::max(first, query.after + 1);
  // Not query.after + query.limit, which may overflow.
  const Version end = query.after + std::min<Version>(window.last - query.after, query.limit);
  for (Version version = begin; version <= end; ++version) {
    window.sequences.push_back(entry.sequences[version - first]);
  }
  return window;
}

}  // namespace

LiveProjections::LiveProjections(std::shared_ptr<const ProjectionSnapshot> disk,
                                 const StatsTotals& totals, Sequence sequence, LayerLimits limits)
    : limits_(limits),
      active_(std::make_shared<Layer>()),
      disk_(std::move(disk)),
      totals_(totals),
      sequence_(sequence) {}

LiveProjections::View LiveProjections::view_locked() const {
  return {active_, frozen_, disk_, sequence_};
}

template <typename Find>
const Layer::Entry* LiveProjections::find_locked(const Find& find) const {
  for (const Layer* layer :
       {static_cast<const Layer*>(active_.get()), frozen_.get(), clean_.get()}) {
    const Layer::Entry* entry = layer == nullptr ? nullptr : find(*layer);
    if (entry != nullptr) return entry;
  }
  return nullptr;
}

Result<std::optional<Signature>> LiveProjections::get_by_id(const SignatureId& id) const {
  std::shared_ptr<const ProjectionSnapshot> disk;
  {
    const std::shared_lock lock(mutex_);
    const Layer::Entry* entry = find_locked([&](const Layer& layer) { return layer.find(id); });
    if (entry != nullptr) return std::optional(entry->signature);
    disk = disk_;
  }
  return disk->get_signature(id);
}

Result<std::optional<Signature>> LiveProjections::get_by_fingerprint(
    const HashedText& fingerprint) const {
  std::shared_ptr<const ProjectionSnapshot> disk;
  {
    const std::shared_lock lock(mutex_);
    const Layer::Entry* entry =
        find_locked([&](const Layer& layer) { return layer.find_by_fingerprint(fingerprint); });
    if (entry != nullptr) return std::optional(entry->signature);
    disk = disk_;
  }
  // A signature that changed in a layer is found there by its fingerprint, so the disk is right.
  const auto id = disk->get_id(fingerprint.text);
  if (!id) return std::unexpected(id.error());
  if (!*id) return std::optional<Signature>{};
  return disk->get_signature(**id);
}

template <typename Key, typename Find>
LiveProjections::Missing<Key> LiveProjections::find_in_layers(std::span<const Key> keys,
                                                              const Find& find,
                                                              const Take& take) const {
  Missing<Key> missing;
  const std::shared_lock lock(mutex_);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Layer::Entry* entry =
        find_locked([&](const Layer& layer) { return find(layer, keys[i]); });
    if (entry != nullptr) {
      take(i, entry->signature);
    } else {
      missing.keys.push_back(keys[i]);
      missing.places.push_back(i);
    }
  }
  missing.disk = disk_;
  return missing;
}

Result<void> LiveProjections::get_by_ids(std::span<const SignatureId> ids, const Take& take) const {
  const auto missing = find_in_layers(
      ids, [](const Layer& layer, const SignatureId& id) { return layer.find(id); }, take);
  const auto rows = missing.disk->find_signatures(missing.keys);
  if (!rows) return std::unexpected(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if ((*rows)[i]) take(missing.places[i], *(*rows)[i]);
  }
  return {};
}

Result<void> LiveProjections::get_by_fingerprints(std::span<const HashedText> fingerprints,
                                                  const Take& take) const {
  const auto missing = find_in_layers(
      fingerprints,
      [](const Layer& layer, const HashedText& fingerprint) {
        return layer.find_by_fingerprint(fingerprint);
      },
      take);
  std::vector<std::string_view> texts;
  texts.reserve(missing.keys.size());
  for (const HashedText& fingerprint : missing.keys) texts.push_back(fingerprint.text);
  const auto found = missing.disk->find_ids(texts);
  if (!found) return std::unexpected(found.error());
  std::vector<SignatureId> ids;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const std::optional<SignatureId>& id = (*found)[i];
    if (!id) continue;
    ids.push_back(*id);
    places.push_back(missing.places[i]);
  }
  const auto rows = missing.disk->get_signatures(ids);
  if (!rows) return std::unexpected(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) take(places[i], (*rows)[i]);
  return {};
}

StoreStats LiveProjections::get_stats() const {
  const std::shared_lock lock(mutex_);
  return totals_.to_stats(sequence_);
}

Sequence LiveProjections::sequence() const {
  const std::shared_lock lock(mutex_);
  return sequence_;
}

Result<LiveProjections::HistorySequences> LiveProjections::history(
    const SignatureId& id, const HistoryQuery& query) const {
  if (auto valid = validate_limit(query.limit); !valid) return std::unexpected(valid.error());
  View view;
  Version last = 0;  // of the signature, as of the view
  PendingWindow active;
  PendingWindow frozen;
  {
    const std::shared_lock lock(mutex_);
    view = view_locked();
    if (const Layer::Entry* entry = view.active->find(id)) active = window_of(*entry, query);
  }
  if (view.frozen) {
    if (const Layer::Entry* entry = view.frozen->find(id)) frozen = window_of(*entry, query);
  }
  last = std::max(active.last, frozen.last);
  if (last == 0) {
    const auto signature = view.disk->get_signature(id);
    if (!signature) return std::unexpected(signature.error());
    if (!*signature) return std::unexpected(signature_not_found(id));
    last = (*signature)->version;
  }
  HistorySequences page;
  page.sequence = view.sequence;
  if (query.after >= last) return page;
  const Version on_disk = last - active.pending - frozen.pending;
  if (query.after < on_disk) {
    const auto count = std::min<std::size_t>(query.limit, on_disk - query.after);
    auto sequences = view.disk->get_history(id, query.after, count);
    if (!sequences) return std::unexpected(std::move(sequences.error()));
    if (sequences->size() != count) {
      return fail(ErrorCode::corruption, "the history index of signature " + id.to_string() +
                                             " is incomplete; rebuild it with rounds-replay");
    }
    page.sequences = *std::move(sequences);
  }
  std::ranges::copy(frozen.sequences, std::back_inserter(page.sequences));
  std::ranges::copy(active.sequences, std::back_inserter(page.sequences));
  const Version reached = query.after + page.sequences.size();
  if (reached < last) page.next = reached;
  return page;
}

void LiveProjections::apply(std::vector<SignatureUpdate> updates, Sequence sequence) {
  const std::unique_lock lock(mutex_);
  for (SignatureUpdate& update : updates) {
    totals_.apply(update.before ? std::optional(update.before->position) : std::nullopt,
                  update.after);
    active_->apply(std::move(update));
  }
  sequence_ = sequence;
}

double LiveProjections::fill_level() const {
  const auto part = [](std::size_t used, std::size_t limit) {
    return static_cast<double>(used) / static_cast<double>(limit);
  };
  const std::shared_lock lock(mutex_);
  return std::max(part(active_->entries().size(), limits_.signatures),
                  part(active_->event_count(), limits_.events));
}

std::shared_ptr<const Layer> LiveProjections::freeze() {
  const std::unique_lock lock(mutex_);
  if (frozen_ || active_->entries().empty()) return nullptr;
  active_->freeze(sequence_);
  frozen_ = std::exchange(active_, std::make_shared<Layer>());
  return frozen_;
}

void LiveProjections::flushed(std::shared_ptr<const ProjectionSnapshot> disk) {
  std::shared_ptr<const Layer> outdated;  // destroyed outside of the lock: it is large
  const std::unique_lock lock(mutex_);
  ROUNDS_CHECK(frozen_ != nullptr, "only a frozen layer is flushed");
  outdated = std::exchange(clean_, std::exchange(frozen_, nullptr));
  disk_ = std::move(disk);
}

}  // namespace rounds
