// The projections as queries see them: the column families on disk under the layers of what changed
// since.
//
// A write becomes visible by apply(), long before it reaches the projections' disk; an active layer
// takes changes, a frozen one is on its way to the disk. Every query takes a view (layers and disk
// snapshot) under a short lock and merges them outside of it, so its answer is consistent as of one
// sequence, and no lock is held while the disk is read.
//
// Threads: queries from any thread. find_*() and apply() and freeze() belong to the writer
// (committer, or whoever replays); flushed() belongs to the projector. See docs/architecture.md, "A
// read's journey".
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/signature.hpp"
#include "core/signature_store.hpp"
#include "projections/hashed_text.hpp"
#include "projections/layer.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {

// When the active layer is frozen and written to disk. Larger layers fold more events into one row
// write and take more memory and more time to read again after a crash.
struct LayerLimits {
  // Bounds the memory of the layers.
  std::size_t signatures = 128U * 1024;
  // Bounds the part of the log that is read again after a crash.
  std::size_t events = 1024U * 1024;
};

// A filter on error_type alone has no index: a page looks at no more signatures than this.
inline constexpr std::size_t max_examined_per_page = 2000;

class LiveProjections {
 public:
  // `disk` is the state at `sequence`, with these totals.
  LiveProjections(std::shared_ptr<const ProjectionSnapshot> disk, const StatsTotals& totals,
                  Sequence sequence, LayerLimits limits);

  // Queries; the contract of each is that of SignatureStore.
  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) const;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      const HashedText& fingerprint) const;

  // What reads of many signatures at once found: the place of the key, and the signature. Called in
  // no particular order; under the lock for some, so it must not come back here.
  using Take = std::function<void(std::size_t, const Signature&)>;

  // Reads many at once, far cheaper than one after the other; absent ones are left out.
  [[nodiscard]] Result<void> get_by_ids(std::span<const SignatureId> ids, const Take& take) const;
  [[nodiscard]] Result<void> get_by_fingerprints(std::span<const HashedText> fingerprints,
                                                 const Take& take) const;

  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) const;
  [[nodiscard]] StoreStats get_stats() const;

  // Which events a page of a history consists of. Errors: not_found.
  struct HistorySequences {
    std::vector<Sequence> sequences;
    std::optional<Version> next;
    Sequence sequence = 0;
  };
  [[nodiscard]] Result<HistorySequences> history(const SignatureId& id,
                                                 const HistoryQuery& query) const;

  // The last sequence that queries see.
  [[nodiscard]] Sequence sequence() const;

  // Makes the updates of one group, which ends with `sequence`, visible at once.
  void apply(std::vector<SignatureUpdate> updates, Sequence sequence);

  // How full the active layer is: from 1 on it should be frozen. While the layer before it is still
  // being written it may grow to `overfull_level`, but no further.
  [[nodiscard]] double fill_level() const;
  static constexpr double overfull_level = 2.0;

  // Starts a new active layer and returns the old one for writing to disk, with through() set. Null
  // if the layer before is still on its way or if nothing changed.
  [[nodiscard]] std::shared_ptr<const Layer> freeze();

  // The frozen layer has reached the disk; `disk` is a snapshot with it.
  void flushed(std::shared_ptr<const ProjectionSnapshot> disk);

 private:
  struct View {
    std::shared_ptr<const Layer> active;  // may still change: read under the lock only
    std::shared_ptr<const Layer> frozen;  // may be null
    std::shared_ptr<const ProjectionSnapshot> disk;
    Sequence sequence = 0;
  };
  struct Listing;  // the state of one list() call; live_listing.cpp

  // The keys that the layers do not have.
  template <typename Key>
  struct Missing {
    std::vector<Key> keys;
    std::vector<std::size_t> places;  // of the keys among all
    std::shared_ptr<const ProjectionSnapshot> disk;
  };
  template <typename Key, typename Find>
  [[nodiscard]] Missing<Key> find_in_layers(std::span<const Key> keys, const Find& find,
                                            const Take& take) const;

  [[nodiscard]] View view_locked() const;
  // The newest entry that `find` finds in a layer, or null. Call under the lock.
  template <typename Find>
  [[nodiscard]] const Layer::Entry* find_locked(const Find& find) const;
  const LayerLimits limits_;
  mutable std::shared_mutex mutex_;
  std::shared_ptr<Layer> active_;        // guarded by mutex_
  std::shared_ptr<const Layer> frozen_;  // guarded by mutex_
  // The layer flushed last: a cache of states that equal those on disk. Guarded by mutex_.
  std::shared_ptr<const Layer> clean_;
  std::shared_ptr<const ProjectionSnapshot> disk_;  // guarded by mutex_
  StatsTotals totals_;                              // guarded by mutex_
  Sequence sequence_;                               // guarded by mutex_
};

}  // namespace rounds
