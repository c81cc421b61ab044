#include "store/group_planner.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"

namespace rounds {
namespace {

// Whether an error ends the whole group instead of one submission: the store itself cannot be read.
bool is_fatal(const Error& error) {
  return error.code == ErrorCode::corruption || error.code == ErrorCode::io_error;
}

}  // namespace

Result<GroupPlan> GroupPlanner::plan(std::span<QueuedSubmission> group, Sequence last,
                                     Timestamp now) {
  // What a failed plan left behind.
  static_cast<void>(changes_.take());
  waiting_.clear();
  loaded_ = 0;
  waiting_order_.clear();
  by_identity_.clear();
  by_fingerprint_.clear();
  events_.clear();
  last_ = last;
  now_ = now;
  GroupPlan plan;
  plan.outcomes.reserve(group.size());
  for (QueuedSubmission& item : group) {
    const CommandContext& context = std::visit(
        [](const auto& submission) -> const CommandContext& { return submission.context; },
        item.submission);
    if (context.durability == Durability::synced) plan.durability = Durability::synced;
    Result<Commit> outcome = Commit{};
    if (auto* record = std::get_if<RecordOccurrences>(&item.submission)) {
      if (auto added = add(*record); !added) return std::unexpected(std::move(added.error()));
    } else if (const auto* execute = std::get_if<ExecuteCommand>(&item.submission)) {
      outcome = run(*execute);
    } else {
      outcome = run(std::get<SaveSignature>(item.submission));
    }
    if (!outcome && is_fatal(outcome.error())) return std::unexpected(std::move(outcome.error()));
    plan.outcomes.push_back(std::move(outcome));
  }
  if (auto emitted = emit_all_waiting(); !emitted) {
    return std::unexpected(std::move(emitted.error()));
  }
  plan.events = std::move(events_);
  plan.updates = changes_.take();
  return plan;
}

void GroupPlanner::Waiting::add(Exemplar& exemplar) {
  first_seen = count == 0 ? exemplar.time : std::min(first_seen, exemplar.time);
  last_seen = count == 0 ? exemplar.time : std::max(last_seen, exemplar.time);
  ++count;
  if (exemplars.size() < exemplars.capacity()) exemplars.push_back(&exemplar);
}

OccurrenceSummary GroupPlanner::Waiting::take_summary(std::size_t most_exemplars) {
  OccurrenceSummary summary{std::exchange(count, 0), first_seen, last_seen, {}};
  if (exemplars.size() > most_exemplars) exemplars.resize(most_exemplars);
  summary.exemplars.reserve(exemplars.size());
  for (Exemplar* exemplar : exemplars) summary.exemplars.push_back(std::move(*exemplar));
  exemplars.clear();
  return summary;
}

std::uint32_t GroupPlanner::waiting_of(const std::shared_ptr<const SignatureIdentity>& identity) {
  const auto next = static_cast<std::uint32_t>(waiting_.size());
  const auto [known, is_new_address] = by_identity_.try_emplace(identity.get(), next);
  if (!is_new_address) return known->second;
  const HashedText fingerprint(identity->fingerprint);
  const auto [same, is_new] = by_fingerprint_.try_emplace(fingerprint, next);
  if (is_new) waiting_.emplace_back(identity, fingerprint);
  known->second = same->second;
  return same->second;
}

Result<void> GroupPlanner::add(RecordOccurrences& record) {
  const Provenance& provenance = record.context.provenance;
  if (!options_.coalesce_occurrences) {
    // Each is emitted as soon as the next of its fingerprint comes.
    for (const IdentifiedOccurrence& occurrence : record.occurrences) {
      static_cast<void>(waiting_of(occurrence.identity));
    }
    if (auto loaded = load_waiting(); !loaded) return loaded;
  }
  for (IdentifiedOccurrence& occurrence : record.occurrences) {
    const std::uint32_t place = waiting_of(occurrence.identity);
    Waiting& waiting = waiting_[place];
    const bool joins = waiting.count > 0 && options_.coalesce_occurrences &&
                       (waiting.provenance == &provenance || *waiting.provenance == provenance);
    if (waiting.count > 0 && !joins) {
      if (auto emitted = emit_waiting(waiting); !emitted) return emitted;
    }
    if (waiting.count == 0) {
      waiting.provenance = &provenance;
      waiting_order_.push_back(place);
    }
    waiting.add(occurrence.exemplar);
  }
  return {};
}

Result<void> GroupPlanner::load_waiting() {
  std::vector<HashedText> fingerprints;
  fingerprints.reserve(waiting_.size() - loaded_);
  for (std::size_t i = loaded_; i < waiting_.size(); ++i) {
    fingerprints.push_back(waiting_[i].fingerprint);
  }
  const auto slots = changes_.load(fingerprints);
  if (!slots) return std::unexpected(slots.error());
  for (const std::optional<ChangeSet::Slot>& slot : *slots) waiting_[loaded_++].slot = slot;
  return {};
}

Result<void> GroupPlanner::emit_waiting(const HashedText& fingerprint) {
  const auto waiting = by_fingerprint_.find(fingerprint);
  return waiting == by_fingerprint_.end() ? Result<void>{}
                                          : emit_waiting(waiting_[waiting->second]);
}

Result<void> GroupPlanner::emit_waiting(Waiting& waiting) {
  if (waiting.count == 0) return {};
  const std::shared_ptr<const SignatureIdentity>& identity = *waiting.identity;
  if (!waiting.slot) {
    const auto found = changes_.find_by_fingerprint(waiting.fingerprint);
    if (!found) return std::unexpected(found.error());
    waiting.slot = *found;
  }
  const Signature* present = waiting.slot ? changes_.state(*waiting.slot) : nullptr;
  const SignatureId id = present != nullptr ? present->id : ids_.next(now_);
  const std::size_t kept =
      exemplars_to_keep(present, waiting.count, waiting.last_seen, options_.policy);
  auto payloads =
      decide_occurrences(present, identity, waiting.take_summary(kept), options_.policy);
  if (!waiting.slot) waiting.slot = changes_.create(id);
  emit(*waiting.slot, id, std::move(payloads), *waiting.provenance);
  return {};
}

Result<void> GroupPlanner::emit_all_waiting() {
  if (auto loaded = load_waiting(); !loaded) return loaded;
  events_.reserve(events_.size() + waiting_order_.size());
  // Emitted ones that waited again stand in the order twice; the second time nothing waits.
  for (const std::uint32_t place : waiting_order_) {
    if (auto emitted = emit_waiting(waiting_[place]); !emitted) return emitted;
  }
  return {};
}

Result<Commit> GroupPlanner::run(const ExecuteCommand& execute) {
  const auto slot = changes_.find(execute.id);
  if (!slot) return std::unexpected(slot.error());
  // A signature that only waiting occurrences create has an id that nobody can know yet.
  if (!*slot) return std::unexpected(signature_not_found(execute.id));
  const std::shared_ptr<const SignatureIdentity> identity = changes_.state(**slot)->identity;
  if (auto emitted = emit_waiting(HashedText(identity->fingerprint)); !emitted) {
    return std::unexpected(std::move(emitted.error()));
  }
  const Signature& present = *changes_.state(**slot);
  const CommandContext& context = execute.context;
  if (context.expected_version && *context.expected_version != present.version) {
    return std::unexpected(version_conflict(present, *context.expected_version));
  }
  auto payloads = decide(present, execute.command);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  emit(**slot, execute.id, *std::move(payloads), context.provenance);
  return commit_of(**slot);
}

Result<Commit> GroupPlanner::run(const SaveSignature& save) {
  const Signature& target = save.signature;
  const HashedText fingerprint(target.identity->fingerprint);
  if (auto emitted = emit_waiting(fingerprint); !emitted) {
    return std::unexpected(std::move(emitted.error()));
  }
  const auto found = changes_.find(target.id);
  if (!found) return std::unexpected(found.error());
  const Signature* present = *found ? changes_.state(**found) : nullptr;
  if (present == nullptr && save.mode == SaveMode::update_only) {
    return std::unexpected(signature_not_found(target.id));
  }
  if (present != nullptr && save.mode == SaveMode::create_only) {
    return std::unexpected(signature_exists(target.id));
  }
  const CommandContext& context = save.context;
  if (context.expected_version) {
    Signature absent;  // at version 0
    absent.id = target.id;
    const Signature& expected = present == nullptr ? absent : *present;
    if (*context.expected_version != expected.version) {
      return std::unexpected(version_conflict(expected, *context.expected_version));
    }
  }
  const auto owner = changes_.find_by_fingerprint(fingerprint);
  if (!owner) return std::unexpected(owner.error());
  if (*owner && changes_.state(**owner)->id != target.id) {
    return std::unexpected(
        fingerprint_conflict(target.identity->fingerprint, changes_.state(**owner)->id));
  }
  auto payloads = decide_save(*found ? changes_.state(**found) : nullptr, target);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  const ChangeSet::Slot slot = *found ? **found : changes_.create(target.id);
  emit(slot, target.id, *std::move(payloads), context.provenance);
  return commit_of(slot);
}

void GroupPlanner::emit(ChangeSet::Slot slot, const SignatureId& id,
                        std::vector<EventPayload> payloads, const Provenance& provenance) {
  for (EventPayload& payload : payloads) {
    const Signature* present = changes_.state(slot);
    const Version version = present == nullptr ? 1 : present->version + 1;
    const Event& event =
        events_.emplace_back(++last_, id, version, now_, provenance, std::move(payload));
    const auto folded = changes_.fold(slot, event);
    ROUNDS_CHECK(folded.has_value(), "what the lifecycle decides on a state follows that state");
  }
}

Commit GroupPlanner::commit_of(ChangeSet::Slot slot) const {
  return Commit{0, *changes_.state(slot)};
}

}  // namespace rounds
