#include "projections/live_projections.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>
#include <utility>

#include "core/check.hpp"
#include "core/prefetch.hpp"

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

std::shared_lock<std::shared_mutex> LiveProjections::lock_query() const {
  query_count_.fetch_add(1, std::memory_order_relaxed);
  return std::shared_lock(mutex_);
}

template <typename Key>
const Layer::Entry* LiveProjections::find_locked(const Key& key) const {
  for (const Layer* layer :
       {static_cast<const Layer*>(active_.get()), frozen_.get(), clean_.get()}) {
    const Layer::Entry* entry = layer == nullptr ? nullptr : layer->find(key);
    if (entry != nullptr) return entry;
  }
  return nullptr;
}

Result<std::optional<Signature>> LiveProjections::get_by_id(const SignatureId& id) const {
  std::shared_ptr<const ProjectionSnapshot> disk;
  {
    const auto lock = lock_query();
    const Layer::Entry* entry = find_locked(id);
    if (entry != nullptr) return std::optional(entry->signature);
    disk = disk_;
  }
  return disk->get_signature(id);
}

Result<std::optional<Signature>> LiveProjections::get_by_fingerprint(
    const HashedText& fingerprint) const {
  std::shared_ptr<const ProjectionSnapshot> disk;
  {
    const auto lock = lock_query();
    const Layer::Entry* entry = find_locked(fingerprint);
    if (entry != nullptr) return std::optional(entry->signature);
    disk = disk_;
  }
  // A signature that changed in a layer is found there by its fingerprint, so the disk is right.
  return lookup_.find(*disk, fingerprint);
}

std::vector<bool> LiveProjections::recall(std::span<const std::string_view> fingerprints) const {
  const std::vector<HashedText> hashed(fingerprints.begin(), fingerprints.end());
  std::vector<bool> known(hashed.size());
  if (const std::shared_lock lock(mutex_, std::try_to_lock); lock) {
    for (std::size_t i = 0; i < hashed.size(); ++i) known[i] = find_locked(hashed[i]) != nullptr;
  }
  for (std::size_t i = 0; i < hashed.size(); ++i) {
    known[i] = known[i] || lookup_.remembers(hashed[i]);
  }
  return known;
}

template <typename Key>
LiveProjections::Missing<Key> LiveProjections::find_in_layers(std::span<const Key> keys,
                                                              const Take& take) {
  Missing<Key> missing;
  std::array<Layer::Entry*, prefetch_distance> entries{};
  const std::shared_lock lock(mutex_);
  for (std::size_t begin = 0; begin < keys.size(); begin += entries.size()) {
    const std::size_t count = std::min(entries.size(), keys.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      entries[i] = active_->find(keys[begin + i]);
      prefetch(entries[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t place = begin + i;
      if (Layer::Entry* entry = entries[i]) {
        take(place, {&entry->signature, entry});
      } else if (const Layer::Entry* below = find_locked(keys[place])) {
        take(place, {&below->signature, nullptr});
      } else {
        missing.keys.push_back(keys[place]);
        missing.places.push_back(place);
      }
    }
  }
  missing.disk = disk_;
  return missing;
}

Result<void> LiveProjections::find_each(std::span<const SignatureId> ids, const Take& take) {
  const auto missing = find_in_layers(ids, take);
  const auto rows = missing.disk->find_signatures(missing.keys, RowReader::writer);
  if (!rows) return std::unexpected(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::optional<Signature>& row = (*rows)[i];
    if (row) take(missing.places[i], {&*row, nullptr});
  }
  return {};
}

Result<void> LiveProjections::find_each(std::span<const HashedText> fingerprints,
                                        const Take& take) {
  const auto missing = find_in_layers(fingerprints, take);
  const auto rows = lookup_.find(*missing.disk, missing.keys);
  if (!rows) return std::unexpected(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::optional<Signature>& row = (*rows)[i];
    if (row) take(missing.places[i], {&*row, nullptr});
  }
  return {};
}

StoreStats LiveProjections::get_stats() const {
  const auto lock = lock_query();
  return totals_.to_stats(sequence_);
}

DatabaseMetrics LiveProjections::metrics() const {
  std::shared_ptr<const ProjectionSnapshot> disk;
  {
    const std::shared_lock lock(mutex_);
    disk = disk_;
  }
  return disk->metrics();
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
    const auto lock = lock_query();
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
  for (std::size_t i = 0; i < updates.size(); ++i) {
    if (i + prefetch_distance < updates.size()) prefetch(updates[i + prefetch_distance].entry);
    SignatureUpdate& update = updates[i];
    const auto before = update.entry != nullptr
                            ? std::optional(IndexPosition::of(update.entry->signature))
                            : update.evolved->before;
    totals_.apply(before, active_->apply(std::move(update)));
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

LayerRoom LiveProjections::room(double level) const {
  const auto left = [level](std::size_t used, std::size_t limit) {
    const auto full = static_cast<std::size_t>(level * static_cast<double>(limit));
    return used < full ? full - used : 0;
  };
  const std::shared_lock lock(mutex_);
  return {left(active_->entries().size(), limits_.signatures),
          left(active_->event_count(), limits_.events)};
}

std::shared_ptr<const Layer> LiveProjections::freeze() {
  std::size_t expected = 0;
  {
    const std::shared_lock lock(mutex_);
    if (frozen_ || active_->entries().empty()) return nullptr;
    // As many as before: growing later would be under the lock.
    expected = active_->entries().size();
  }
  auto next = std::make_shared<Layer>(expected);
  const std::unique_lock lock(mutex_);
  active_->freeze(sequence_);
  frozen_ = std::exchange(active_, std::move(next));
  return frozen_;
}

void LiveProjections::release_clean() {
  std::shared_ptr<const Layer> outdated;  // destroyed outside of the lock: it is large
  const std::unique_lock lock(mutex_);
  outdated = std::exchange(clean_, nullptr);
}

void LiveProjections::flushed(std::shared_ptr<const ProjectionSnapshot> disk) {
  std::shared_ptr<const Layer> outdated;  // destroyed outside of the lock: it is large
  std::shared_ptr<const Layer> written;
  {
    const std::shared_lock lock(mutex_);
    written = frozen_;
  }
  ROUNDS_CHECK(written != nullptr, "only a frozen layer is flushed");
  for (const Layer::Entry& entry : written->entries()) {
    const Signature& signature = entry.signature;
    if (!entry.below) lookup_.remember(HashedText(signature.identity->fingerprint), signature.id);
    for (const std::string& alias : aliases_of(signature).subspan(entry.aliases_below)) {
      lookup_.remember(HashedText(alias), signature.id);
    }
  }
  const std::unique_lock lock(mutex_);
  outdated = std::exchange(clean_, std::exchange(frozen_, nullptr));
  disk_ = std::move(disk);
}

void LiveProjections::replace_disk(std::shared_ptr<const ProjectionSnapshot> disk,
                                   StatsTotals totals) {
  std::shared_ptr<const Layer> outdated;  // destroyed outside of the lock: it is large
  const std::unique_lock lock(mutex_);
  for (const Layer* layer : {frozen_.get(), static_cast<const Layer*>(active_.get())}) {
    if (layer == nullptr) continue;
    for (const Layer::Entry& entry : layer->entries()) totals.apply(entry.below, entry.signature);
  }
  totals_ = std::move(totals);
  outdated = std::exchange(clean_, nullptr);  // of rows that may have been wrong
  std::swap(disk_, disk);
}

}  // namespace rounds
