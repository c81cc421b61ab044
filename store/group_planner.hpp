// Turns a group of submissions into events: loads each signature, decides, folds, coalesces
// occurrences.
//
// No I/O but the reads of signatures. Nothing that it does is visible until the committer has made
// the events durable and applied the updates. One thread, the committer.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/lifecycle.hpp"
#include "core/signature_store.hpp"
#include "projections/change_set.hpp"
#include "projections/live_projections.hpp"
#include "store/commit_queue.hpp"

namespace rounds {

struct GroupPlan {
  std::vector<Event> events;             // to append, sequences assigned
  std::vector<SignatureUpdate> updates;  // to apply once the events are durable
  std::vector<Result<Commit>> outcomes;  // one for each submission, in order; sequences still 0
  Durability durability = Durability::buffered;  // the strongest that a submission asks for
};

class GroupPlanner {
 public:
  struct Options {
    LifecyclePolicy policy;
    bool coalesce_occurrences = true;  // false: one event for each occurrence
  };

  GroupPlanner(const LiveProjections& live, SignatureIdGenerator& ids, Options options)
      : changes_(live), ids_(ids), options_(options) {}

  // Plans `group` behind an event log that ends with `last`. All events get the time `now`.
  // Errors: corruption or io_error when a signature cannot be read; then nothing of the group may
  // be written. Refusals and conflicts are outcomes of single submissions, not errors.
  [[nodiscard]] Result<GroupPlan> plan(std::span<const QueuedSubmission> group, Sequence last,
                                       Timestamp now);

 private:
  // Occurrences of one fingerprint that wait to become one event.
  struct Waiting {
    std::shared_ptr<const SignatureIdentity> identity;
    OccurrenceSummary summary;               // count 0: none are waiting
    const Provenance* provenance = nullptr;  // of all of them
  };

  [[nodiscard]] Result<void> add(const RecordOccurrences& record);
  [[nodiscard]] Result<Commit> run(const ExecuteCommand& execute);
  [[nodiscard]] Result<Commit> run(const SaveSignature& save);

  // Makes the waiting occurrences of one fingerprint, or all of them, into events.
  [[nodiscard]] Result<void> emit_waiting(std::string_view fingerprint);
  [[nodiscard]] Result<void> emit_waiting(Waiting& waiting);
  [[nodiscard]] Result<void> emit_all_waiting();

  [[nodiscard]] Result<void> emit(const SignatureId& id, std::vector<EventPayload> payloads,
                                  const Provenance& provenance);
  [[nodiscard]] Result<Commit> commit_of(const SignatureId& id);

  ChangeSet changes_;
  SignatureIdGenerator& ids_;
  Options options_;

  // Of the group being planned.
  std::vector<Event> events_;
  Sequence last_ = 0;
  Timestamp now_{};
  std::unordered_map<std::string_view, Waiting> waiting_;
  std::vector<Waiting*> waiting_order_;  // by the first occurrence that waits
};

}  // namespace rounds
