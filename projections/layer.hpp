// A layer of signatures that changed since the projections on disk were written: what the log says
// already and the disk does not yet.
//
// Like a memtable: the active layer is changed by the committer under the lock of LiveProjections;
// once frozen it never changes again and needs no lock. Memory is bounded by the limits in
// live_projections.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/container/deque.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "core/ids.hpp"
#include "core/signature.hpp"
#include "projections/hashed_text.hpp"
#include "projections/index_key.hpp"
#include "projections/recency_list.hpp"

namespace rounds {

// Most signatures have one or two events in a group or layer.
using Sequences = boost::container::small_vector<Sequence, 2>;

// What a group of events did to one signature.
struct SignatureUpdate {
  // What is needed of the state before.
  struct Before {
    Version version = 0;
    IndexPosition position;
  };
  std::optional<Before> before;  // none: the signature is new
  Signature after;
  Sequences sequences;  // of its events in the group: versions before.version + 1 and on
};

class Layer {
 public:
  struct Entry {
    Signature signature;                 // the newest state
    std::optional<IndexPosition> below;  // in the layers below and, in the end, on disk
    Sequences sequences;  // of the last versions, up to signature.version: those since `below`
    std::array<RecencyList*, facets_per_signature> listings{};  // that have it with its status
  };
  static constexpr std::size_t entries_per_block = 256;
  using Entries = boost::container::deque<
      Entry, void,
      boost::container::deque_options<boost::container::block_size<entries_per_block>>::type>;

  Layer() = default;
  // Entries and listings point to one another.
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  // Takes in what a group did. `update.before` must be the newest state, here or below.
  void apply(SignatureUpdate&& update);

  // Null if the signature did not change in this layer.
  [[nodiscard]] const Entry* find(const SignatureId& id) const;
  [[nodiscard]] const Entry* find_by_fingerprint(const HashedText& fingerprint) const;

  // Whether the signature changed in this layer at `sequence` or before.
  [[nodiscard]] bool changed_by(const SignatureId& id, Sequence sequence) const;

  // The first `count` signatures of `facet` and `status` behind `after`, in the order of listings.
  [[nodiscard]] std::vector<const Signature*> first(Facet facet, Status status,
                                                    const std::optional<PageCursor>& after,
                                                    std::size_t count) const;

  [[nodiscard]] const Entries& entries() const { return entries_; }
  [[nodiscard]] std::size_t event_count() const { return event_count_; }

  // The last sequence whose events this layer, together with those below, takes in. Set when it is
  // frozen.
  [[nodiscard]] Sequence through() const { return through_; }
  void freeze(Sequence through) { through_ = through; }

 private:
  struct ListingKey {
    Facet facet;
    Status status;
    friend bool operator==(const ListingKey&, const ListingKey&) = default;
  };
  struct ListingKeyHash {
    std::size_t operator()(const ListingKey& key) const {
      return key.facet + static_cast<std::size_t>(key.status);  // a facet is a hash
    }
  };

  void find_listings(Entry& entry);

  Entries entries_;
  boost::unordered_flat_map<SignatureId, Entry*, std::hash<SignatureId>> by_id_;
  // Views into the identities of the entries, which never change and are shared.
  boost::unordered_flat_map<HashedText, Entry*, HashOfText> by_fingerprint_;
  std::unordered_map<ListingKey, RecencyList, ListingKeyHash> listings_;
  std::size_t event_count_ = 0;
  Sequence through_ = 0;
};

}  // namespace rounds
