// The signatures that one group of events changes, while the group is being made.
//
// Used alike by the committer (which decides on the state and makes events) and by replay (which
// reads them): both fold the same way, so a replay ends where the live store is. One thread; must
// not outlive the LiveProjections.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/signature.hpp"
#include "projections/live_projections.hpp"

namespace rounds {

class ChangeSet {
 public:
  explicit ChangeSet(const LiveProjections& live) : live_(live) {}

  // The state after the events folded in so far; null if there is no such signature. The pointer is
  // valid until the next fold() or take(). Errors: corruption, io_error of the read.
  [[nodiscard]] Result<const Signature*> find(const SignatureId& id);
  [[nodiscard]] Result<const Signature*> find_by_fingerprint(std::string_view fingerprint);

  // Folds in the next event. Errors: corruption if it cannot follow the state; those of find().
  [[nodiscard]] Result<void> fold(const Event& event);

  // What the group did, for LiveProjections::apply; begins a new group.
  [[nodiscard]] std::vector<SignatureUpdate> take();

 private:
  struct Change {
    std::optional<Signature> before;
    std::optional<Signature> now;
    std::vector<Sequence> sequences;
  };

  const Signature* remember(Signature signature);

  const LiveProjections& live_;
  std::unordered_map<SignatureId, Change> changes_;
  // Views into identities, which never change and are shared with the changes.
  std::unordered_map<std::string_view, SignatureId> fingerprints_;
};

}  // namespace rounds
