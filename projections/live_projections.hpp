// The projections as queries see them: the column families on disk under the layers of what changed
// since.
//
// A write becomes visible by apply(), long before it reaches the projections' disk; an active layer
// takes changes, a frozen one is on its way to the disk. Every query takes a view (layers and disk
// snapshot) under a short lock and merges them outside of it, so its answer is consistent as of one
// sequence, and no lock is held while the disk is read.
//
// Threads: queries from any thread. find_each(), apply() and freeze() belong to the writer
// (committer, or whoever replays); flushed() belongs to the projector. See docs/architecture.md, "A
// read's journey".
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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
#include "projections/fingerprint_lookup.hpp"
#include "projections/hashed_text.hpp"
#include "projections/layer.hpp"
#include "projections/layer_limits.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {

// Filters that the index of a listing does not have (error_type alone, any beside a tag) are
// checked on rows: a page looks at no more of them than this.
inline constexpr std::size_t max_examined_per_page = 2000;

// Signatures and events.
struct LayerRoom {
  std::size_t signatures = 0;
  std::size_t events = 0;
};

class LiveProjections {
 public:
  // `disk` is the state at `sequence`, with these totals.
  LiveProjections(std::shared_ptr<const ProjectionSnapshot> disk, const StatsTotals& totals,
                  Sequence sequence, LayerLimits limits);

  // Queries; the contract of each is that of SignatureStore.
  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) const;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      const HashedText& fingerprint) const;

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

  // The contract is that of SignatureStore. Not a query: says no rather than wait for an apply().
  [[nodiscard]] std::vector<bool> recall(std::span<const std::string_view> fingerprints) const;

  // How many queries there were; each would have had to wait for an apply() under way.
  [[nodiscard]] std::uint64_t query_count() const { return query_count_.load(); }

  // How their database stands. Any thread; costs what database_metrics() says.
  [[nodiscard]] DatabaseMetrics metrics() const;

  // The last sequence that queries see.
  [[nodiscard]] Sequence sequence() const;

  // What the writer's reads found: the newest state, and its entry in the active layer, if that has
  // it. The state may be gone after the call, the entry lives until the layer is frozen.
  struct Found {
    const Signature* signature;
    Layer::Entry* entry;
  };
  // Gets the place of the key among all, and what was found. Called in no particular order, for
  // some under the lock, so it must not come back here.
  using Take = std::function<void(std::size_t, const Found&)>;

  // Reads many at once, far cheaper than one after the other; absent ones are left out. Errors:
  // corruption, io_error of the read.
  [[nodiscard]] Result<void> find_each(std::span<const SignatureId> ids, const Take& take);
  [[nodiscard]] Result<void> find_each(std::span<const HashedText> fingerprints, const Take& take);

  // Makes the updates of one group, which ends with `sequence`, visible at once.
  void apply(std::vector<SignatureUpdate> updates, Sequence sequence);

  // How full the active layer is: from 1 on it should be frozen. While the layer before it is still
  // being written it may grow on, by little from `overfull_level` on. What has reached `hard_level`
  // must take no more.
  [[nodiscard]] double fill_level() const;
  static constexpr double overfull_level = 1.125;
  static constexpr double hard_level = 2.25;

  // What the active layer takes before it is as full as `level` says.
  [[nodiscard]] LayerRoom room(double level) const;

  // Starts a new active layer and returns the old one for writing to disk, with through() set. Null
  // if the layer before is still on its way or if nothing changed.
  [[nodiscard]] std::shared_ptr<const Layer> freeze();

  // Forgets the layer flushed last, whose memory the one that is written now needs; reads find its
  // signatures on disk. Call it before writing a frozen layer. Costs freeing each signature,
  // outside of the lock.
  void release_clean();

  // The frozen layer has reached the disk; `disk` is a snapshot with it.
  void flushed(std::shared_ptr<const ProjectionSnapshot> disk);

  // The layers lie on other families from now on: `disk` has what those before had, and these
  // totals. Projector thread. Costs a look at each signature of the layers under the lock.
  void replace_disk(std::shared_ptr<const ProjectionSnapshot> disk, StatsTotals totals);

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
  template <typename Key>
  [[nodiscard]] Missing<Key> find_in_layers(std::span<const Key> keys, const Take& take);

  [[nodiscard]] View view_locked() const;
  // The newest entry of the signature in a layer, or null. Call under the lock.
  template <typename Key>
  [[nodiscard]] const Layer::Entry* find_locked(const Key& key) const;
  // The lock of a query.
  [[nodiscard]] std::shared_lock<std::shared_mutex> lock_query() const;

  const LayerLimits limits_;
  mutable FingerprintLookup lookup_;
  mutable std::atomic<std::uint64_t> query_count_ = 0;
  mutable std::shared_mutex mutex_;
  std::shared_ptr<Layer> active_;        // guarded by mutex_
  std::shared_ptr<const Layer> frozen_;  // guarded by mutex_
  // The layer flushed last, until the next is written: a cache of states that equal those on disk.
  // Guarded by mutex_.
  std::shared_ptr<const Layer> clean_;
  std::shared_ptr<const ProjectionSnapshot> disk_;  // guarded by mutex_
  StatsTotals totals_;                              // guarded by mutex_
  Sequence sequence_;                               // guarded by mutex_
};

}  // namespace rounds
