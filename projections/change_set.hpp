// The signatures that one group of events changes, while the group is being made.
//
// Used alike by the committer (which decides on the state and makes events) and by replay (which
// reads them): both fold the same way, so a replay ends where the live store is. One thread; must
// not outlive the LiveProjections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/prefetch.hpp"
#include "core/signature.hpp"
#include "projections/hashed_text.hpp"
#include "projections/layer.hpp"
#include "projections/live_projections.hpp"

namespace rounds {

class ChangeSet {
 public:
  explicit ChangeSet(LiveProjections& live) : live_(live) {}

  // A signature of the group. Valid until take().
  enum class Slot : std::uint32_t {};

  // Finds many signatures at once, which costs far less than one after the other; none for those
  // that are not there. The texts must stay valid until take(). Errors: corruption, io_error of the
  // read.
  [[nodiscard]] Result<std::vector<std::optional<Slot>>> load(std::span<const SignatureId> ids);
  [[nodiscard]] Result<std::vector<std::optional<Slot>>> load(
      std::span<const HashedText> fingerprints);

  // The same for one.
  [[nodiscard]] Result<std::optional<Slot>> find(const SignatureId& id);
  [[nodiscard]] Result<std::optional<Slot>> find(const HashedText& fingerprint);

  // A place for a signature that does not exist yet, whose first event is folded in next.
  [[nodiscard]] Slot create(const SignatureId& id);

  // The state after the events folded in so far; null if there were none. Valid until the next call
  // of a function that is not const, or of this one.
  [[nodiscard]] const Signature* state(Slot slot);

  // The same, but a run of OccurrencesRecorded at its end may be missing, which changes counts,
  // times and versions alone: far cheaper after such events were folded in.
  [[nodiscard]] const Signature* state_without_run(Slot slot) const;

  // Those of the state, which they do not need: far cheaper after events were folded in. 0 if there
  // were none.
  [[nodiscard]] std::uint64_t occurrence_count(Slot slot) const;
  [[nodiscard]] Version version(Slot slot) const;
  [[nodiscard]] Sequence last_sequence(Slot slot) const;

  // Says that the state will be needed soon.
  void prefetch_state(Slot slot) const { prefetch(change(slot).entry); }

  // Folds in the next event of the signature. Errors: corruption if it cannot follow the state; the
  // group must then be given up.
  [[nodiscard]] Result<void> fold(Slot slot, const Event& event);

  // What the group did, for LiveProjections::apply; begins a new group.
  [[nodiscard]] std::vector<SignatureUpdate> take();

 private:
  [[nodiscard]] Slot remember(const LiveProjections::Found& found);
  [[nodiscard]] Slot add(SignatureUpdate change);
  void index_aliases(const Signature& signature, std::size_t from, Slot slot);
  [[nodiscard]] SignatureUpdate& change(Slot slot) {
    return changes_[static_cast<std::size_t>(slot)];
  }
  [[nodiscard]] const SignatureUpdate& change(Slot slot) const {
    return changes_[static_cast<std::size_t>(slot)];
  }

  LiveProjections& live_;
  // Those without sequences were only looked at; those whose state has no version do not exist yet.
  std::vector<SignatureUpdate> changes_;
  // Those without an entry in the active layer; entries know their places themselves.
  boost::unordered_flat_map<SignatureId, Slot, std::hash<SignatureId>> by_id_;
  // Those that the group creates, or by what it adds; none: known not to be there.
  boost::unordered_flat_map<HashedText, std::optional<Slot>, HashOfText> by_fingerprint_;
  std::vector<std::shared_ptr<const FingerprintAliases>>
      indexed_aliases_;  // it has views into them
};

}  // namespace rounds
