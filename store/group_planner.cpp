#include "store/group_planner.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/check.hpp"
#include "core/exemplar_sampling.hpp"
#include "core/prefetch.hpp"

namespace rounds {
namespace {

// Whether an error ends the whole group instead of one submission: the store itself cannot be read.
bool is_fatal(const Error& error) {
  return error.code == ErrorCode::corruption || error.code == ErrorCode::io_error;
}

}  // namespace

Result<GroupPlan> GroupPlanner::plan(std::span<QueuedSubmission> group, EventGroup& events,
                                     Timestamp now) {
  // What a failed plan left behind.
  static_cast<void>(changes_.take());
  waiting_.clear();
  loaded_ = 0;
  aliases_wait_ = false;
  waiting_order_.clear();
  by_fingerprint_.clear();
  overflowed_ = 0;
  overflows_.clear();
  overflow_identities_.clear();
  events_ = &events;
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
      auto repeats = add(item, *record);
      if (!repeats) return std::unexpected(std::move(repeats.error()));
      plan.has_repeats = plan.has_repeats || repeats->total() > 0;
      outcome->repeats = *repeats;
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
  plan.updates = changes_.take();
  plan.overflowed_occurrences = overflowed_;
  return plan;
}

void GroupPlanner::Waiting::add(const FoldedOccurrences& folded, RecordOccurrences& record) {
  first_seen = count == 0 ? folded.first_seen : std::min(first_seen, folded.first_seen);
  last_seen = count == 0 ? folded.last_seen : std::max(last_seen, folded.last_seen);
  count += folded.count;
  for (const std::uint32_t place : folded.exemplars) {
    if (exemplars.size() == exemplars.capacity()) return;
    exemplars.push_back(&record.occurrences[place].exemplar);
  }
}

void GroupPlanner::Waiting::take(Waiting& other) {
  first_seen = count == 0 ? other.first_seen : std::min(first_seen, other.first_seen);
  last_seen = count == 0 ? other.last_seen : std::max(last_seen, other.last_seen);
  count += std::exchange(other.count, 0);
  for (Exemplar* exemplar : other.exemplars) {
    if (exemplars.size() < exemplars.capacity()) exemplars.push_back(exemplar);
  }
  other.exemplars.clear();
}

OccurrenceSummary GroupPlanner::Waiting::take_summary(std::size_t most_exemplars) {
  OccurrenceSummary summary{std::exchange(count, 0), first_seen, last_seen, {}};
  if (exemplars.size() > most_exemplars) exemplars.resize(most_exemplars);
  summary.exemplars.reserve(exemplars.size());
  for (Exemplar* exemplar : exemplars) summary.exemplars.push_back(std::move(*exemplar));
  exemplars.clear();
  return summary;
}

std::uint32_t GroupPlanner::waiting_of(const FoldedOccurrences& folded,
                                       const RecordOccurrences& record) {
  const auto next = static_cast<std::uint32_t>(waiting_.size());
  const auto [known, is_new] = by_fingerprint_.try_emplace(folded.fingerprint, next);
  if (is_new) {
    waiting_.emplace_back(folded.fingerprint, record.occurrences[folded.place]);
    if (waiting_.back().aliases != nullptr) aliases_wait_ = true;
  }
  return known->second;
}

Result<Repeats> GroupPlanner::add(QueuedSubmission& item, RecordOccurrences& record) {
  Repeats repeats;
  if (options_.repetitions != nullptr && !record.keys.empty()) {
    const Repetitions::Judgement judgement = options_.repetitions->judge(record);
    repeats = judgement.repeats;
    if (judgement.counts.empty()) {
      item.folded.clear();  // so that nothing of it is taken for recorded
      return repeats;
    }
    // The usual case needs no second look at them.
    if (repeats.total() > 0) {
      item.folded = fold_those(record, item.folded, item.entry_of, judgement.counts);
    }
  }
  if (auto added = add(record, item.folded); !added) {
    return std::unexpected(std::move(added.error()));
  }
  return repeats;
}

Result<void> GroupPlanner::add(RecordOccurrences& record,
                               std::span<const FoldedOccurrences> folded) {
  const Provenance& provenance = record.context.provenance;
  if (!options_.coalesce_occurrences) {
    // Each is emitted as soon as the next of its fingerprint comes.
    places_.clear();
    for (const FoldedOccurrences& entry : folded) places_.push_back(waiting_of(entry, record));
    if (auto loaded = load_waiting(); !loaded) return loaded;
  }
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const FoldedOccurrences& entry = folded[i];
    const std::uint32_t place =
        options_.coalesce_occurrences ? waiting_of(entry, record) : places_[i];
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
    waiting.add(entry, record);
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
  std::vector<HashedText> aliases;
  for (const std::optional<ChangeSet::Slot>& slot : *slots) {
    Waiting& waiting = waiting_[loaded_++];
    waiting.slot = slot;
    if (slot || waiting.aliases == nullptr) continue;
    for (const std::string& alias : *waiting.aliases) aliases.emplace_back(alias);
  }
  if (aliases.empty()) return {};
  // Nearly all lead nowhere, which the changes remember.
  if (const auto read = changes_.load(aliases); !read) return std::unexpected(read.error());
  return {};
}

Result<GroupPlanner::AliasOwner> GroupPlanner::find_by_aliases(const FingerprintAliases& aliases) {
  AliasOwner owner;
  for (const std::string& alias : aliases) {
    const auto slot = changes_.find(HashedText(alias));
    if (!slot) return std::unexpected(slot.error());
    if (!*slot) {
      owner.free.push_back(alias);
      continue;
    }
    // One that only answers to it was told apart from these occurrences by better rules.
    const bool was_made_with_it = changes_.state(**slot)->identity->fingerprint == alias;
    if (was_made_with_it && !owner.slot) owner.slot = *slot;
  }
  return owner;
}

Result<void> GroupPlanner::emit_waiting_for(const std::string& fingerprint,
                                            const FingerprintAliases* aliases) {
  // Which signature those are of turns out only when they are emitted. They are new failures, so
  // this happens seldom.
  if (aliases_wait_) return emit_all_waiting();
  if (auto emitted = emit_waiting(HashedText(fingerprint)); !emitted) return emitted;
  if (aliases == nullptr) return {};
  for (const std::string& alias : *aliases) {
    if (auto emitted = emit_waiting(HashedText(alias)); !emitted) return emitted;
  }
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
    const auto found = changes_.find(waiting.fingerprint);
    if (!found) return std::unexpected(found.error());
    waiting.slot = *found;
  }
  Learned learned;
  if (!waiting.slot && waiting.aliases != nullptr) {
    auto owner = find_by_aliases(*waiting.aliases);
    if (!owner) return std::unexpected(std::move(owner.error()));
    waiting.slot = owner->slot;
    learned.aliases = std::move(owner->free);
    if (waiting.slot) {
      learned.aliases.insert(learned.aliases.begin(), identity->fingerprint);
      learned.payloads = decide_fingerprints(*changes_.state(*waiting.slot), learned.aliases);
    }
  }
  if (!waiting.slot) {
    auto overflow = budget_.take(identity->service, now_);
    if (overflow) return move_to_overflow(waiting, std::move(overflow));
  }
  record(waiting, std::move(learned));
  return {};
}

void GroupPlanner::record(Waiting& waiting, Learned learned) {
  // Occurrences do not change what is decided here.
  const Signature* present = waiting.slot ? changes_.state_without_run(*waiting.slot) : nullptr;
  const SignatureId id = present != nullptr ? present->id : ids_.next(now_);
  std::size_t kept = waiting.exemplars.size();
  if (options_.exemplars != nullptr) {
    const std::uint64_t before = present != nullptr ? changes_.occurrence_count(*waiting.slot) : 0;
    kept = exemplars_to_keep(before, kept, [&] {
      // In one group it says yes once.
      return !std::exchange(waiting.asked_for_exemplar, true) && options_.exemplars->take(id);
    });
  }
  auto payloads = decide_occurrences(present, *waiting.identity, waiting.take_summary(kept),
                                     options_.policy, std::move(learned.aliases));
  std::ranges::move(learned.payloads, std::inserter(payloads, payloads.begin()));
  if (!waiting.slot) waiting.slot = changes_.create(id);
  emit(*waiting.slot, id, std::move(payloads), *waiting.provenance);
}

Result<void> GroupPlanner::move_to_overflow(Waiting& waiting,
                                            std::shared_ptr<const SignatureIdentity> identity) {
  const HashedText fingerprint(identity->fingerprint);
  auto overflow = std::ranges::find_if(
      overflows_, [&](const Waiting& each) { return each.fingerprint == fingerprint; });
  if (overflow == overflows_.end()) {
    overflow_identities_.push_back(std::move(identity));
    overflow = overflows_.emplace(overflows_.end(), fingerprint, overflow_identities_.back());
  }
  const bool joins = options_.coalesce_occurrences && overflow->count > 0 &&
                     *overflow->provenance == *waiting.provenance;
  if (overflow->count > 0 && !joins) {
    if (auto emitted = emit_overflow(*overflow); !emitted) return emitted;
  }
  overflow->provenance = waiting.provenance;
  overflowed_ += waiting.count;
  overflow->take(waiting);
  return {};
}

Result<void> GroupPlanner::emit_overflow(Waiting& overflow) {
  if (overflow.count == 0) return {};
  if (!overflow.slot) {
    const auto found = changes_.find(overflow.fingerprint);
    if (!found) return std::unexpected(found.error());
    overflow.slot = *found;
  }
  record(overflow, {});
  return {};
}

Result<void> GroupPlanner::emit_all_waiting() {
  if (auto loaded = load_waiting(); !loaded) return loaded;
  // Emitted ones that waited again stand in the order twice; the second time nothing waits.
  for (std::size_t i = 0; i < waiting_order_.size(); ++i) {
    if (i + prefetch_distance < waiting_order_.size()) {
      const auto& slot = waiting_[waiting_order_[i + prefetch_distance]].slot;
      if (slot) changes_.prefetch_state(*slot);
    }
    if (auto emitted = emit_waiting(waiting_[waiting_order_[i]]); !emitted) return emitted;
  }
  for (Waiting& overflow : overflows_) {
    if (auto emitted = emit_overflow(overflow); !emitted) return emitted;
  }
  aliases_wait_ = false;
  return {};
}

Result<Commit> GroupPlanner::run(const ExecuteCommand& execute) {
  const auto slot = changes_.find(execute.id);
  if (!slot) return std::unexpected(slot.error());
  // A signature that only waiting occurrences create has an id that nobody can know yet.
  if (!*slot) return std::unexpected(signature_not_found(execute.id));
  const std::shared_ptr<const SignatureIdentity> identity = changes_.state(**slot)->identity;
  const std::shared_ptr<const FingerprintAliases> aliases = changes_.state(**slot)->aliases;
  if (auto emitted = emit_waiting_for(identity->fingerprint, aliases.get()); !emitted) {
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
  const auto found = changes_.find(target.id);
  if (!found) return std::unexpected(found.error());
  const Signature* present = *found ? changes_.state(**found) : nullptr;
  // Those of what is there and those of what is to be there may differ.
  const auto present_aliases = present != nullptr ? present->aliases : nullptr;
  for (const FingerprintAliases* aliases : {target.aliases.get(), present_aliases.get()}) {
    auto emitted = emit_waiting_for(target.identity->fingerprint, aliases);
    if (!emitted) return std::unexpected(std::move(emitted.error()));
  }
  present = *found ? changes_.state(**found) : nullptr;
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
  if (auto own = check_owner(target, target.identity->fingerprint); !own) {
    return std::unexpected(std::move(own.error()));
  }
  for (const std::string& alias : aliases_of(target)) {
    if (auto own = check_owner(target, alias); !own) return std::unexpected(std::move(own.error()));
  }
  auto payloads = decide_save(*found ? changes_.state(**found) : nullptr, target);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  const ChangeSet::Slot slot = *found ? **found : changes_.create(target.id);
  emit(slot, target.id, *std::move(payloads), context.provenance);
  return commit_of(slot);
}

Result<void> GroupPlanner::check_owner(const Signature& target, const std::string& fingerprint) {
  const auto owner = changes_.find(HashedText(fingerprint));
  if (!owner) return std::unexpected(owner.error());
  if (!*owner || changes_.state(**owner)->id == target.id) return {};
  return std::unexpected(fingerprint_conflict(fingerprint, changes_.state(**owner)->id));
}

void GroupPlanner::emit(ChangeSet::Slot slot, const SignatureId& id,
                        std::vector<EventPayload> payloads, const Provenance& provenance) {
  for (EventPayload& payload : payloads) {
    const Event event{events_->last_sequence() + 1,
                      id,
                      changes_.version(slot) + 1,
                      now_,
                      provenance,
                      std::move(payload)};
    events_->add(event);
    const auto folded = changes_.fold(slot, event);
    ROUNDS_CHECK(folded.has_value(), "what the lifecycle decides on a state follows that state");
  }
}

Commit GroupPlanner::commit_of(ChangeSet::Slot slot) {
  return Commit{0, *changes_.state(slot), {}};
}

}  // namespace rounds
