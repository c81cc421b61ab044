// The lifecycle of a signature as two pure functions: decide (state + command -> events or refusal)
// and evolve (state + event -> state).
//
// All lifecycle rules live here and nowhere else. Pure: no clock, no randomness, no I/O; usable
// from any thread. Stores call decide on their write path; replay and projections call evolve
// alone.
#pragma once

#include <optional>
#include <span>
#include <string>
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
};

// The events that `command` causes on `state`; none if it changes nothing (adding a tag that is
// there). Checks the command itself (validate()), though a store has done so before it queued it:
// whoever calls decide gets events that may be stored. Errors: refused names the signature, its
// status and the command; invalid_argument for arguments over the limits.
[[nodiscard]] Result<std::vector<EventPayload>> decide(const Signature& state,
                                                       const Command& command);

// The events that folded occurrences cause. `state` is null for a failure never seen before, which
// becomes a signature with `identity` and, as far as there is room, `aliases`, to which no other
// signature may answer; those of a known one do not change. Never refuses: every occurrence counts,
// in every status.
[[nodiscard]] std::vector<EventPayload> decide_occurrences(
    const Signature* state, const std::shared_ptr<const SignatureIdentity>& identity,
    OccurrenceSummary occurrences, const LifecyclePolicy& policy, FingerprintAliases aliases = {});

// The event by which `state` learns those of `fingerprints` that it does not answer to yet, which
// no other signature may; none if there are none, or no room for any (limits::max_aliases). The
// first ones get what room there is.
[[nodiscard]] std::vector<EventPayload> decide_fingerprints(
    const Signature& state, std::span<const std::string> fingerprints);

// The events that turn `state` into `target` (a save of a whole signature), or create it when
// `state` is null. The version, last_sequence and resolved_at of `target` are ignored; aliases that
// it lacks stay, those that it has more are learned. Errors: invalid_argument if `target` is
// malformed, or there would be more than limits::max_aliases; conflict if it would change the id or
// the identity, or lower the count or narrow the time range: those only grow, so such a target was
// read before somebody else's change. Conflict also if the time range grows and the count does not.
[[nodiscard]] Result<std::vector<EventPayload>> decide_save(const Signature* state,
                                                            const Signature& target);

// The status of a signature after such an event, whatever it was before; none if it stays.
[[nodiscard]] std::optional<Status> status_after(const EventPayload& payload);

// The state after `event`. `state` is empty before the first event of a signature.
// Errors: corruption if the event cannot follow the state: a gap in the versions, another
// signature's event, a creating event on an existing signature or another one on none. Names the
// sequence.
[[nodiscard]] Result<Signature> evolve(std::optional<Signature> state, const Event& event);

// What consecutive OccurrencesRecorded events do to a signature: all that a store has to keep of
// them until they are durable. Nearly every event is one of these, and a copy of the state for each
// would cost more than all else.
struct RecordedRun {
  std::uint64_t count = 0;
  Timestamp first_seen{};
  Timestamp last_seen{};
  Version version = 0;         // of the last event; 0: the run is empty
  Sequence last_sequence = 0;  // of the last event

  // Adds the run that follows. This one may be empty.
  void append(const RecordedRun& next);
};

// Adds `event`, which holds OccurrencesRecorded, to a run on a signature that is at version
// `present` with all of the run. Errors: corruption if the event cannot follow.
[[nodiscard]] Result<void> extend(RecordedRun& run, const SignatureId& id, Version present,
                                  const Event& event);

// The state after `run`, in place: as evolve() would make it, event by event.
void evolve(Signature& state, const RecordedRun& run);

}  // namespace rounds
