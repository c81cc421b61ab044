// A layer of signatures that changed since the projections on disk were written: what the log says
// already and the disk does not yet.
//
// Like a memtable: the active layer is changed by the committer under the lock of LiveProjections;
// once frozen it never changes again and needs no lock. Memory is bounded by the limits in
// layer_limits.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/container/deque.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "core/ids.hpp"
#include "core/lifecycle.hpp"
#include "core/signature.hpp"
#include "projections/hashed_text.hpp"
#include "projections/index_key.hpp"
#include "projections/recency_list.hpp"

namespace rounds {

// Most signatures have one or two events in a group or layer.
using Sequences = boost::container::small_vector<Sequence, 2>;

struct SignatureUpdate;

class Layer {
 public:
  struct Entry {
    Signature signature;                 // the newest state
    std::optional<IndexPosition> below;  // in the layers below and, in the end, on disk
    Sequences sequences;  // of the last versions, up to signature.version: those since `below`
    std::array<RecencyList*, facets_per_signature> listings{};  // that have it with its status
    std::uint32_t aliases_below = 0;  // of its aliases, the first ones: the layers below have them
    // A note of the ChangeSet of whoever changes the layer; means nothing to others.
    std::uint32_t place_in_group = 0;
  };
  static constexpr std::size_t entries_per_block = 256;
  using Entries = boost::container::deque<
      Entry, void,
      boost::container::deque_options<boost::container::block_size<entries_per_block>>::type>;

  // Has room for `expected` signatures; takes more.
  explicit Layer(std::size_t expected = 0);
  // Entries and listings point to one another.
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  // Takes in what a group did, on top of the newest state, and returns it.
  const Signature& apply(SignatureUpdate&& update);

  // Null if the signature did not change in this layer. Any of its fingerprints finds it.
  [[nodiscard]] const Entry* find(const SignatureId& id) const;
  [[nodiscard]] const Entry* find(const HashedText& fingerprint) const;

  // The same for whoever changes the layer.
  [[nodiscard]] Entry* find(const SignatureId& id);
  [[nodiscard]] Entry* find(const HashedText& fingerprint);

  // Whether the signature changed in this layer at `sequence` or before.
  [[nodiscard]] bool changed_by(const SignatureId& id, Sequence sequence) const;

  // The first `count` signatures of `facet` and `status` behind `after`, in the order of listings.
  [[nodiscard]] std::vector<const Signature*> first(Facet facet, Status status,
                                                    const std::optional<PageCursor>& after,
                                                    std::size_t count) const;

  // The same of the signatures with `tag`.
  [[nodiscard]] std::vector<const Signature*> first_tagged(const std::string& tag, Status status,
                                                           const std::optional<PageCursor>& after,
                                                           std::size_t count) const;

  // The tags of an entry's signature in the layers below and, in the end, on disk.
  [[nodiscard]] std::span<const Facet> tags_below(const Entry& entry) const;

  // Whether a signature of the layer has a tag, or had one below: nearly none has.
  [[nodiscard]] bool has_tags() const { return !tag_listings_.empty() || !tags_below_.empty(); }

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

  const Signature& insert(SignatureUpdate&& update);
  void find_listings(Entry& entry);
  void touch_tags(const Signature& signature);
  void index_aliases(Entry& entry, std::size_t from);

  Entries entries_;
  boost::unordered_flat_map<SignatureId, Entry*, std::hash<SignatureId>> by_id_;
  // Views into the identities of the entries, which never change and are shared, and into aliases.
  boost::unordered_flat_map<HashedText, Entry*, HashOfText> by_fingerprint_;
  // Those that by_fingerprint_ has views into, though their entries have longer ones by now.
  std::vector<std::shared_ptr<const FingerprintAliases>> outgrown_aliases_;
  std::unordered_map<ListingKey, RecencyList, ListingKeyHash> listings_;
  // Of tags, by the tag itself: entries do not point to them, since few signatures have any.
  std::map<std::pair<std::string, Status>, RecencyList, std::less<>> tag_listings_;
  boost::unordered_flat_map<const Entry*, TagFacets> tags_below_;  // of those that have any
  std::size_t event_count_ = 0;
  Sequence through_ = 0;
};

// What a group of events did to one signature.
struct SignatureUpdate {
  // A whole state, where the events are more than a run on an entry.
  struct Evolved {
    std::optional<IndexPosition> before;  // none: the signature is new
    TagFacets tags_before;
    Signature after;
    std::uint32_t aliases_before = 0;  // their number
  };

  Layer::Entry* entry = nullptr;     // in the active layer; null: the signature is not there
  std::unique_ptr<Evolved> evolved;  // null: there is an entry, and only `run` happened to it
  RecordedRun run;
  Sequences sequences;  // of its events in the group
};

}  // namespace rounds
