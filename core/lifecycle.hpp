// The lifecycle of a signature as two pure functions: decide (state + command -> events or refusal)
// and evolve (state + event -> state).
//
// All lifecycle rules live here and nowhere else. Pure: no clock, no randomness, no I/O; usable
// from any thread. Stores call decide on their write path; replay and projections call evolve
// alone.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/command.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "core/signature.hpp"

namespace rounds {

struct LifecyclePolicy {
  // Occurrences later than the resolution make a resolved signature NEW again.
  bool reopen_on_regression = true;
  // Events keep all exemplars while a signature is young, then few: see exemplars_to_keep().
  bool sample_exemplars = true;
};

// Occurrences of a signature that keep their exemplars before sampling begins.
inline constexpr std::uint64_t occurrences_before_sampling = 16;

// How many exemplars an event may keep that folds `count` occurrences, the last of them at
// `last_seen`, into `state` (null: none yet). All of the first occurrences of a signature; then one
// whenever the count passes a power of two or an hour (UTC) has its first occurrence, else none: a
// storm says the same thing again and again, and its exemplars would be most of the log.
[[nodiscard]] std::size_t exemplars_to_keep(const Signature* state, std::uint64_t count,
                                            Timestamp last_seen, const LifecyclePolicy& policy);

// The events that `command` causes on `state`; none if it changes nothing (adding a tag that is
// there). Checks the command itself (validate()), though a store has done so before it queued it:
// whoever calls decide gets events that may be stored. Errors: refused names the signature, its
// status and the command; invalid_argument for arguments over the limits.
[[nodiscard]] Result<std::vector<EventPayload>> decide(const Signature& state,
                                                       const Command& command);

// The events that folded occurrences cause. `state` is null for a failure never seen before, which
// becomes a signature with `identity`. Keeps the exemplars that exemplars_to_keep() allows, the
// first ones. Never refuses: every occurrence counts, in every status.
[[nodiscard]] std::vector<EventPayload> decide_occurrences(
    const Signature* state, const std::shared_ptr<const SignatureIdentity>& identity,
    OccurrenceSummary occurrences, const LifecyclePolicy& policy);

// The events that turn `state` into `target` (a save of a whole signature), or create it when
// `state` is null. The version, last_sequence and resolved_at of `target` are ignored. Errors:
// invalid_argument if `target` is malformed; conflict if it would change the id or the identity, or
// lower the count or narrow the time range: those only grow, so such a target was read before
// somebody else's change. Conflict also if the time range grows and the count does not.
[[nodiscard]] Result<std::vector<EventPayload>> decide_save(const Signature* state,
                                                            const Signature& target);

// The state after `event`. `state` is empty before the first event of a signature.
// Errors: corruption if the event cannot follow the state: a gap in the versions, another
// signature's event, a creating event on an existing signature or another one on none. Names the
// sequence.
[[nodiscard]] Result<Signature> evolve(std::optional<Signature> state, const Event& event);

}  // namespace rounds
