// Turns a group of submissions into events: loads each signature, decides, folds, coalesces
// occurrences.
//
// No I/O but the reads of signatures. Nothing that it does is visible until the committer has made
// the events durable and applied the updates. One thread, the committer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/container/static_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/lifecycle.hpp"
#include "core/limits.hpp"
#include "core/signature_store.hpp"
#include "projections/change_set.hpp"
#include "projections/hashed_text.hpp"
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

  // Plans `group` behind an event log that ends with `last`. All events get the time `now`. The
  // exemplars that the events carry are moved out of the submissions. Errors: corruption or
  // io_error when a signature cannot be read; then nothing of the group may be written. Refusals
  // and conflicts are outcomes of single submissions, not errors.
  [[nodiscard]] Result<GroupPlan> plan(std::span<QueuedSubmission> group, Sequence last,
                                       Timestamp now);

 private:
  // Occurrences of one fingerprint that wait to become one event. Points into the submissions.
  struct Waiting {
    const std::shared_ptr<const SignatureIdentity>* identity;
    HashedText fingerprint;
    std::optional<ChangeSet::Slot> slot;     // once an event of the group was emitted
    const Provenance* provenance = nullptr;  // of all that wait
    std::uint64_t count = 0;                 // 0: none are waiting
    Timestamp first_seen{};
    Timestamp last_seen{};
    boost::container::static_vector<Exemplar*, limits::max_exemplars_per_event> exemplars;

    Waiting(const std::shared_ptr<const SignatureIdentity>& of, const HashedText& with)
        : identity(&of), fingerprint(with) {}
    void add(Exemplar& exemplar);
    [[nodiscard]] OccurrenceSummary take_summary(std::size_t most_exemplars);
  };

  [[nodiscard]] Result<void> add(RecordOccurrences& record);
  [[nodiscard]] std::uint32_t waiting_of(const std::shared_ptr<const SignatureIdentity>& identity);
  [[nodiscard]] Result<Commit> run(const ExecuteCommand& execute);
  [[nodiscard]] Result<Commit> run(const SaveSignature& save);

  // Reads the signatures of all that are new in waiting_, at once.
  [[nodiscard]] Result<void> load_waiting();
  // Makes the waiting occurrences of one fingerprint, or all of them, into events.
  [[nodiscard]] Result<void> emit_waiting(const HashedText& fingerprint);
  [[nodiscard]] Result<void> emit_waiting(Waiting& waiting);
  [[nodiscard]] Result<void> emit_all_waiting();

  void emit(ChangeSet::Slot slot, const SignatureId& id, std::vector<EventPayload> payloads,
            const Provenance& provenance);
  [[nodiscard]] Commit commit_of(ChangeSet::Slot slot) const;

  ChangeSet changes_;
  SignatureIdGenerator& ids_;
  Options options_;

  // Of the group being planned.
  std::vector<Event> events_;
  Sequence last_ = 0;
  Timestamp now_{};
  std::vector<Waiting> waiting_;
  std::size_t loaded_ = 0;  // of those, from the front: their signatures were read
  std::vector<std::uint32_t> waiting_order_;  // places in waiting_, by the first occurrence
  // Producers share the identities of what they see again and again, so most are known by their
  // address already; fingerprints decide.
  boost::unordered_flat_map<const SignatureIdentity*, std::uint32_t> by_identity_;
  boost::unordered_flat_map<HashedText, std::uint32_t, HashOfText> by_fingerprint_;
};

}  // namespace rounds
