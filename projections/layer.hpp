// A layer of signatures that changed since the projections on disk were written: what the log says
// already and the disk does not yet.
//
// Like a memtable: the active layer is changed by the committer under the lock of LiveProjections;
// once frozen it never changes again and needs no lock. Memory is bounded by the limits in
// live_projections.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ids.hpp"
#include "core/signature.hpp"
#include "projections/index_key.hpp"

namespace rounds {

// What a group of events did to one signature.
struct SignatureUpdate {
  std::optional<Signature> before;  // none: the signature is new
  Signature after;
  std::vector<Sequence>
      sequences;  // of its events in the group: versions before.version + 1 and on
};

class Layer {
 public:
  struct Entry {
    Signature signature;              // the newest state
    std::optional<Signature> below;   // the state in the layers below and, in the end, on disk
    std::vector<Sequence> sequences;  // of the versions below.version + 1 to signature.version
  };

  // Takes in what a group did. `update.before` must be the newest state, here or below.
  void apply(SignatureUpdate update);

  // Null if the signature did not change in this layer.
  [[nodiscard]] const Entry* find(const SignatureId& id) const;
  [[nodiscard]] const Entry* find_by_fingerprint(std::string_view fingerprint) const;

  // Whether the signature changed in this layer at `sequence` or before.
  [[nodiscard]] bool changed_by(const SignatureId& id, Sequence sequence) const;

  // Calls `visit` with each position of `facet` and `status` behind `after`, in order, until it
  // returns false.
  template <typename Visit>
  void scan(Facet facet, Status status, const std::optional<PageCursor>& after,
            const Visit& visit) const {
    auto key = after ? index_.upper_bound({facet, IndexPosition::at(status, *after)})
                     : index_.lower_bound({facet, IndexPosition{status, 0, 0, {}}});
    for (; key != index_.end() && key->facet == facet && key->position.status == status; ++key) {
      if (!visit(key->position)) return;
    }
  }

  [[nodiscard]] const std::unordered_map<SignatureId, Entry>& entries() const { return entries_; }
  [[nodiscard]] std::size_t event_count() const { return event_count_; }

  // The last sequence whose events this layer, together with those below, takes in. Set when it is
  // frozen.
  [[nodiscard]] Sequence through() const { return through_; }
  void freeze(Sequence through) { through_ = through; }

 private:
  std::unordered_map<SignatureId, Entry> entries_;
  // Views into the identities of the entries, which never change and are shared.
  std::unordered_map<std::string_view, SignatureId> fingerprints_;
  std::set<IndexKey> index_;
  std::size_t event_count_ = 0;
  Sequence through_ = 0;
};

}  // namespace rounds
