// Snapshots of signatures: what they were, so that the past of one with a long history costs the
// events since the last snapshot, not all of its history. docs/decisions/0024-snapshots.md
//
// They stand beside the events in the log (eventlog/side_records.hpp) and are never the truth: each
// notes the chain hash of the log that it was made from, and is used only if the log still has it.
// Without them every answer is the same. The writer belongs to the committer; find_snapshot() may
// be called from any thread.
#pragma once

#include <optional>
#include <span>

#include "core/ids.hpp"
#include "core/signature.hpp"
#include "eventlog/event_log.hpp"
#include "projections/layer.hpp"
#include "projections/row_codec.hpp"

namespace rounds {

// Events of a signature from one snapshot to the next, or a commit group if it has more: read in a
// millisecond or two, while the snapshots take less than a byte for each event.
inline constexpr Version events_per_snapshot = 512;

class SnapshotWriter {
 public:
  // Adds snapshots of those signatures to `group` that are due, as they are with its events, all of
  // which it must have.
  void add_to(EventGroup& group, std::span<const SignatureUpdate> updates);

 private:
  RowEncoder encoder_;
};

// The newest snapshot of the signature that event `through` and those before it make; none if there
// is none, or none that can be trusted. Costs a few point reads.
[[nodiscard]] std::optional<Signature> find_snapshot(const EventLog& log, const SignatureId& id,
                                                     Sequence through);

}  // namespace rounds
