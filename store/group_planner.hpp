// Turns a group of submissions into events: loads each signature, decides, folds, coalesces
// occurrences.
//
// No I/O but the reads of signatures. Nothing that it does is visible until the committer has made
// the events durable and applied the updates. One thread, the committer.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
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
#include "core/signature_budget.hpp"
#include "core/signature_store.hpp"
#include "eventlog/event_group.hpp"
#include "projections/change_set.hpp"
#include "projections/hashed_text.hpp"
#include "projections/live_projections.hpp"
#include "store/commit_queue.hpp"
#include "store/exemplar_sampler.hpp"
#include "store/repetitions.hpp"

namespace rounds {

struct GroupPlan {
  std::vector<SignatureUpdate> updates;  // to apply once the events are durable
  std::vector<Result<Commit>> outcomes;  // one for each submission, in order; sequences still 0
  Durability durability = Durability::buffered;  // the strongest that a submission asks for
  bool has_repeats = false;                      // an outcome has
  std::uint64_t overflowed_occurrences = 0;      // that count on an overflow signature
};

class GroupPlanner {
 public:
  struct Options {
    LifecyclePolicy policy;
    bool coalesce_occurrences = true;  // false: one event for each occurrence
    // What was counted before. In a group that its owner began, and commits or takes back
    // afterwards. Null: keys of occurrences say nothing.
    Repetitions* repetitions = nullptr;
    std::uint32_t new_signatures_per_minute = 0;  // of each service; 0: no limit
    // What limits exemplars; in the same kind of group. Null: nothing does.
    ExemplarSampler* exemplars = nullptr;
  };

  GroupPlanner(LiveProjections& live, SignatureIdGenerator& ids, Options options)
      : changes_(live), ids_(ids), options_(options), budget_(options.new_signatures_per_minute) {}

  // Plans `group` and adds its events to `events`, all with the time `now`. The exemplars that they
  // carry are moved out of the submissions. Errors: corruption or io_error when a signature cannot
  // be read; then nothing of the group may be written. Refusals and conflicts are outcomes of
  // single submissions, not errors.
  [[nodiscard]] Result<GroupPlan> plan(std::span<QueuedSubmission> group, EventGroup& events,
                                       Timestamp now);

 private:
  // Occurrences of one fingerprint that wait to become one event. Points into the submissions.
  struct Waiting {
    HashedText fingerprint;
    const std::shared_ptr<const SignatureIdentity>* identity;
    const FingerprintAliases* aliases;       // of the first one; null: it has none
    std::optional<ChangeSet::Slot> slot;     // none: not known, or there is none
    const Provenance* provenance = nullptr;  // of all that wait
    std::uint64_t count = 0;                 // 0: none are waiting
    Timestamp first_seen{};
    Timestamp last_seen{};
    boost::container::static_vector<Exemplar*, limits::max_exemplars_per_event> exemplars;
    bool asked_for_exemplar = false;  // of the sampler: whether its signature may keep one

    Waiting(const HashedText& with, const IdentifiedOccurrence& of)
        : fingerprint(with), identity(&of.identity), aliases(of.aliases.get()) {}
    Waiting(const HashedText& with, const std::shared_ptr<const SignatureIdentity>& of)
        : fingerprint(with), identity(&of), aliases(nullptr) {}
    void add(const FoldedOccurrences& folded, RecordOccurrences& record);
    // Takes over all that waits in `other`, which must have the same provenance.
    void take(Waiting& other);
    [[nodiscard]] OccurrenceSummary take_summary(std::size_t most_exemplars);
  };

  // Adds those that were not counted before, and returns the others.
  [[nodiscard]] Result<Repeats> add(QueuedSubmission& item, RecordOccurrences& record);
  [[nodiscard]] Result<void> add(RecordOccurrences& record,
                                 std::span<const FoldedOccurrences> folded);
  // The place in waiting_.
  [[nodiscard]] std::uint32_t waiting_of(const FoldedOccurrences& folded,
                                         const RecordOccurrences& record);
  [[nodiscard]] Result<Commit> run(const ExecuteCommand& execute);
  [[nodiscard]] Result<Commit> run(const SaveSignature& save);

  // Where the aliases of occurrences lead to whose own fingerprint leads nowhere.
  struct AliasOwner {
    std::optional<ChangeSet::Slot> slot;  // none: no signature was made with one of them
    FingerprintAliases free;              // those that no signature answers to
  };

  // Reads the signatures of all that are new in waiting_, at once.
  [[nodiscard]] Result<void> load_waiting();
  [[nodiscard]] Result<AliasOwner> find_by_aliases(const FingerprintAliases& aliases);
  // Makes the waiting occurrences that may be of a signature with these fingerprints into events.
  [[nodiscard]] Result<void> emit_waiting_for(const std::string& fingerprint,
                                              const FingerprintAliases* aliases);
  // Errors: conflict if another signature than `target` answers to one of its fingerprints.
  [[nodiscard]] Result<void> check_owner(const Signature& target, const std::string& fingerprint);
  // Makes the waiting occurrences of one fingerprint, or all of them, into events.
  [[nodiscard]] Result<void> emit_waiting(const HashedText& fingerprint);
  [[nodiscard]] Result<void> emit_waiting(Waiting& waiting);
  // What a signature learns from occurrences that it was found by an alias of.
  struct Learned {
    std::vector<EventPayload> payloads;
    FingerprintAliases aliases;  // of a new signature
  };
  // Makes them events of `slot`, or of a new signature if there is none.
  void record(Waiting& waiting, Learned learned);
  // Moves what waits on a signature over the budget to the overflow signature `identity`.
  [[nodiscard]] Result<void> move_to_overflow(Waiting& waiting,
                                              std::shared_ptr<const SignatureIdentity> identity);
  [[nodiscard]] Result<void> emit_overflow(Waiting& overflow);
  [[nodiscard]] Result<void> emit_all_waiting();

  void emit(ChangeSet::Slot slot, const SignatureId& id, std::vector<EventPayload> payloads,
            const Provenance& provenance);
  [[nodiscard]] Commit commit_of(ChangeSet::Slot slot);

  ChangeSet changes_;
  SignatureIdGenerator& ids_;
  Options options_;
  SignatureBudget budget_;

  // Of the group being planned.
  EventGroup* events_ = nullptr;
  Timestamp now_{};
  std::vector<Waiting> waiting_;
  bool aliases_wait_ = false;  // some of those may be of a signature with another fingerprint
  std::size_t loaded_ = 0;     // of those, from the front: their signatures were read
  std::vector<std::uint32_t> places_;         // in waiting_, of a submission that is not coalesced
  std::vector<std::uint32_t> waiting_order_;  // places in waiting_, by the first occurrence
  boost::unordered_flat_map<HashedText, std::uint32_t, HashOfText> by_fingerprint_;
  std::uint64_t overflowed_ = 0;  // occurrences that were moved to overflows_
  // What is over the budget; a deque and a list do not move what they hold. Emitted last.
  std::deque<std::shared_ptr<const SignatureIdentity>> overflow_identities_;
  std::list<Waiting> overflows_;
};

}  // namespace rounds
