// What a submission of occurrences comes down to: one entry for each signature that it names, or
// for each occurrence where every one is to be an event of its own.
//
// Callers fold before they queue, each on its own thread. The one thread that commits then sees
// each signature of a submission once, and what nobody will look at again is freed where it was
// made. Values; one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <boost/container/static_vector.hpp>

#include "core/limits.hpp"
#include "core/signature_store.hpp"
#include "core/time.hpp"
#include "projections/hashed_text.hpp"

namespace rounds {

// Occurrences that share one identity object: at least one.
struct FoldedOccurrences {
  HashedText fingerprint;  // a view into that identity
  Timestamp first_seen{};
  Timestamp last_seen{};
  std::uint32_t count = 0;
  // Where one of them is that has the identity, among the occurrences that fold() kept.
  std::uint32_t place = 0;
  // Where their exemplars are, likewise; at least one.
  boost::container::static_vector<std::uint32_t, limits::max_exemplars_per_event> exemplars;
};

enum class Folding : std::uint8_t {
  by_identity,
  none,  // an entry for each occurrence
};

// Folds a valid submission, in the order in which identities first appear. Occurrences that are no
// exemplar are removed from `record`, which the entries refer to and which must not change any
// more. Entries may share a fingerprint: callers need not share the objects of their identities.
[[nodiscard]] std::vector<FoldedOccurrences> fold(RecordOccurrences& record, Folding folding);

// The same for a submission of which some may turn out not to count: none is removed. `entry_of`
// gets the place of its entry for each occurrence.
[[nodiscard]] std::vector<FoldedOccurrences> fold_all(const RecordOccurrences& record,
                                                      Folding folding,
                                                      std::vector<std::uint32_t>& entry_of);

// Folds again what fold_all() folded, without those whose place `counts` says false for. Entries
// of which none is left are gone.
[[nodiscard]] std::vector<FoldedOccurrences> fold_those(const RecordOccurrences& record,
                                                        std::span<const FoldedOccurrences> entries,
                                                        std::span<const std::uint32_t> entry_of,
                                                        const std::vector<bool>& counts);

}  // namespace rounds
