// The signatures that one group of events changes, while the group is being made.
//
// Used alike by the committer (which decides on the state and makes events) and by replay (which
// reads them): both fold the same way, so a replay ends where the live store is. One thread; must
// not outlive the LiveProjections.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/signature.hpp"
#include "projections/hashed_text.hpp"
#include "projections/layer.hpp"
#include "projections/live_projections.hpp"

namespace rounds {

class ChangeSet {
 public:
  explicit ChangeSet(const LiveProjections& live) : live_(live) {}

  // A signature of the group. Valid until take().
  enum class Slot : std::uint32_t {};

  // Reads the states of many signatures at once, which costs far less than one after the other;
  // what is not there is remembered too. The texts must stay valid until take(). Errors:
  // corruption, io_error of the read.
  [[nodiscard]] Result<void> load(std::span<const SignatureId> ids);
  [[nodiscard]] Result<void> load(std::span<const HashedText> fingerprints);

  // None if there is no such signature. Errors: corruption, io_error of the read.
  [[nodiscard]] Result<std::optional<Slot>> find(const SignatureId& id);
  [[nodiscard]] Result<std::optional<Slot>> find_by_fingerprint(const HashedText& fingerprint);

  // A place for a signature that does not exist yet, whose first event is folded in next.
  [[nodiscard]] Slot create(const SignatureId& id);

  // The state after the events folded in so far; null if there were none. Valid until the next call
  // that is not const.
  [[nodiscard]] const Signature* state(Slot slot) const;

  // Folds in the next event of the signature. Errors: corruption if it cannot follow the state; the
  // group must then be given up.
  [[nodiscard]] Result<void> fold(Slot slot, const Event& event);

  // What the group did, for LiveProjections::apply; begins a new group.
  [[nodiscard]] std::vector<SignatureUpdate> take();

 private:
  Slot remember(Signature signature);
  [[nodiscard]] SignatureUpdate& change(Slot slot) {
    return changes_[static_cast<std::size_t>(slot)];
  }

  const LiveProjections& live_;
  // Those without sequences were only looked at; those without a version do not exist yet.
  std::vector<SignatureUpdate> changes_;
  boost::unordered_flat_map<SignatureId, std::optional<Slot>, std::hash<SignatureId>> by_id_;
  boost::unordered_flat_map<HashedText, std::optional<Slot>, HashOfText> by_fingerprint_;
};

}  // namespace rounds
