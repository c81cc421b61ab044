#include "store/group_planner.hpp"

#include <utility>

#include "core/check.hpp"

namespace rounds {
namespace {

// Whether an error ends the whole group instead of one submission: the store itself cannot be read.
bool is_fatal(const Error& error) {
  return error.code == ErrorCode::corruption || error.code == ErrorCode::io_error;
}

}  // namespace

Result<GroupPlan> GroupPlanner::plan(std::span<const QueuedSubmission> group, Sequence last,
                                     Timestamp now) {
  // What a failed plan left behind.
  static_cast<void>(changes_.take());
  waiting_.clear();
  waiting_order_.clear();
  events_.clear();
  last_ = last;
  now_ = now;
  GroupPlan plan;
  plan.outcomes.reserve(group.size());
  for (const QueuedSubmission& item : group) {
    const CommandContext& context = std::visit(
        [](const auto& submission) -> const CommandContext& { return submission.context; },
        item.submission);
    if (context.durability == Durability::synced) plan.durability = Durability::synced;
    Result<Commit> outcome = Commit{};
    if (const auto* record = std::get_if<RecordOccurrences>(&item.submission)) {
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

Result<void> GroupPlanner::add(const RecordOccurrences& record) {
  for (const IdentifiedOccurrence& occurrence : record.occurrences) {
    Waiting& waiting = waiting_[occurrence.identity->fingerprint];
    const bool joins = waiting.summary.count > 0 && options_.coalesce_occurrences &&
                       (waiting.provenance == &record.context.provenance ||
                        *waiting.provenance == record.context.provenance);
    if (waiting.summary.count > 0 && !joins) {
      if (auto emitted = emit_waiting(waiting); !emitted) return emitted;
    }
    if (waiting.summary.count == 0) {
      waiting.identity = occurrence.identity;
      waiting.provenance = &record.context.provenance;
      waiting_order_.push_back(&waiting);
    }
    waiting.summary.add(occurrence.exemplar);
  }
  return {};
}

Result<void> GroupPlanner::emit_waiting(std::string_view fingerprint) {
  const auto waiting = waiting_.find(fingerprint);
  return waiting == waiting_.end() ? Result<void>{} : emit_waiting(waiting->second);
}

Result<void> GroupPlanner::emit_waiting(Waiting& waiting) {
  if (waiting.summary.count == 0) return {};
  const auto present = changes_.find_by_fingerprint(waiting.identity->fingerprint);
  if (!present) return std::unexpected(present.error());
  const SignatureId id = *present != nullptr ? (*present)->id : ids_.next(now_);
  auto payloads = decide_occurrences(*present, waiting.identity, std::exchange(waiting.summary, {}),
                                     options_.policy);
  return emit(id, std::move(payloads), *waiting.provenance);
}

Result<void> GroupPlanner::emit_all_waiting() {
  // Emitted ones that waited again stand in the order twice; the second time nothing waits.
  for (Waiting* waiting : waiting_order_) {
    if (auto emitted = emit_waiting(*waiting); !emitted) return emitted;
  }
  return {};
}

Result<Commit> GroupPlanner::run(const ExecuteCommand& execute) {
  auto present = changes_.find(execute.id);
  if (!present) return std::unexpected(std::move(present.error()));
  // A signature that only waiting occurrences create has an id that nobody can know yet.
  if (*present == nullptr) return std::unexpected(signature_not_found(execute.id));
  const std::shared_ptr<const SignatureIdentity> identity = (*present)->identity;
  if (auto emitted = emit_waiting(identity->fingerprint); !emitted) {
    return std::unexpected(std::move(emitted.error()));
  }
  present = changes_.find(execute.id);
  if (!present) return std::unexpected(std::move(present.error()));
  const CommandContext& context = execute.context;
  if (context.expected_version && *context.expected_version != (*present)->version) {
    return std::unexpected(version_conflict(**present, *context.expected_version));
  }
  auto payloads = decide(**present, execute.command);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  if (auto emitted = emit(execute.id, *std::move(payloads), context.provenance); !emitted) {
    return std::unexpected(std::move(emitted.error()));
  }
  return commit_of(execute.id);
}

Result<Commit> GroupPlanner::run(const SaveSignature& save) {
  const Signature& target = save.signature;
  if (auto emitted = emit_waiting(target.identity->fingerprint); !emitted) {
    return std::unexpected(std::move(emitted.error()));
  }
  const auto present = changes_.find(target.id);
  if (!present) return std::unexpected(present.error());
  if (*present == nullptr && save.mode == SaveMode::update_only) {
    return std::unexpected(signature_not_found(target.id));
  }
  if (*present != nullptr && save.mode == SaveMode::create_only) {
    return std::unexpected(signature_exists(target.id));
  }
  const CommandContext& context = save.context;
  if (context.expected_version) {
    Signature absent;  // at version 0
    absent.id = target.id;
    const Signature& expected = *present == nullptr ? absent : **present;
    if (*context.expected_version != expected.version) {
      return std::unexpected(version_conflict(expected, *context.expected_version));
    }
  }
  const auto owner = changes_.find_by_fingerprint(target.identity->fingerprint);
  if (!owner) return std::unexpected(owner.error());
  if (*owner != nullptr && (*owner)->id != target.id) {
    return std::unexpected(fingerprint_conflict(target.identity->fingerprint, (*owner)->id));
  }
  auto payloads = decide_save(*present, target);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  if (auto emitted = emit(target.id, *std::move(payloads), context.provenance); !emitted) {
    return std::unexpected(std::move(emitted.error()));
  }
  return commit_of(target.id);
}

Result<void> GroupPlanner::emit(const SignatureId& id, std::vector<EventPayload> payloads,
                                const Provenance& provenance) {
  for (EventPayload& payload : payloads) {
    const auto present = changes_.find(id);
    if (!present) return std::unexpected(present.error());
    const Version version = *present == nullptr ? 1 : (*present)->version + 1;
    Event event{++last_, id, version, now_, provenance, std::move(payload)};
    const auto folded = changes_.fold(event);
    ROUNDS_CHECK(folded.has_value(), "what the lifecycle decides on a state follows that state");
    events_.push_back(std::move(event));
  }
  return {};
}

Result<Commit> GroupPlanner::commit_of(const SignatureId& id) {
  const auto signature = changes_.find(id);
  if (!signature) return std::unexpected(signature.error());
  return Commit{0, **signature};
}

}  // namespace rounds
