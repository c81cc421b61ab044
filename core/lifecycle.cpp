#include "core/lifecycle.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"
#include "core/limits.hpp"

namespace rounds {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

std::vector<EventPayload> one(EventPayload payload) {
  std::vector<EventPayload> events;
  events.push_back(std::move(payload));
  return events;
}

std::shared_ptr<const Diagnosis> share(const std::optional<Diagnosis>& diagnosis) {
  return diagnosis ? std::make_shared<const Diagnosis>(*diagnosis) : nullptr;
}

// Whether the table of the lifecycle (docs/architecture.md) allows `command` in `status`.
bool is_allowed(Status status, const Command& command) {
  return std::visit(Overloaded{
                        [&](const StartInvestigation&) {
                          return status == Status::new_ || status == Status::investigating;
                        },
                        [&](const RevertInvestigation&) { return status == Status::investigating; },
                        [&](const Diagnose&) {
                          return status == Status::new_ || status == Status::investigating ||
                                 status == Status::diagnosed;
                        },
                        [&](const Resolve&) { return status != Status::resolved; },
                        [&](const Mute&) { return status != Status::muted; },
                        [&](const Retriage&) { return true; },
                        [&](const Restore&) { return true; },
                        [&](const ChangeTags&) { return true; },
                    },
                    command);
}

Result<std::vector<EventPayload>> change_tags(const std::vector<std::string>& present,
                                              const std::vector<std::string>& target) {
  if (target.size() > limits::max_tags) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the signature would have {} tags; the limit is {}", target.size(),
                            limits::max_tags));
  }
  TagsChanged change;
  std::ranges::set_difference(target, present, std::back_inserter(change.added));
  std::ranges::set_difference(present, target, std::back_inserter(change.removed));
  if (change.added.empty() && change.removed.empty()) return std::vector<EventPayload>{};
  return one(std::move(change));
}

Result<std::vector<EventPayload>> decide_tags(const Signature& state, const ChangeTags& command) {
  std::set<std::string> tags(state.tags.begin(), state.tags.end());
  for (const std::string& tag : command.remove) tags.erase(tag);
  for (const std::string& tag : command.add) {
    tags.insert(tag);
  }
  return change_tags(state.tags, std::vector<std::string>(tags.begin(), tags.end()));
}

// The occurrences that `target` has and `state` lacks. Conflict if anything would shrink.
Result<std::vector<EventPayload>> save_occurrences(const Signature& state,
                                                   const Signature& target) {
  const bool shrinks = target.occurrence_count < state.occurrence_count ||
                       target.first_seen > state.first_seen || target.last_seen < state.last_seen;
  if (shrinks) {
    return fail(
        ErrorCode::conflict,
        fmt::format("signature {} has {} occurrences by now; the save would lower the count "
                    "or narrow the time range: read it again and retry",
                    state.id.to_string(), state.occurrence_count));
  }
  const std::uint64_t added = target.occurrence_count - state.occurrence_count;
  const bool widens = target.first_seen < state.first_seen || target.last_seen > state.last_seen;
  if (added == 0 && widens) {
    return fail(ErrorCode::conflict,
                fmt::format("the save of signature {} widens the time range without counting an "
                            "occurrence: raise occurrence_count as well",
                            state.id.to_string()));
  }
  if (added == 0) return std::vector<EventPayload>{};
  return one(
      OccurrencesRecorded{OccurrenceSummary{added, target.first_seen, target.last_seen, {}}});
}

// The event whose meaning fits the change of status and diagnosis; a restore where none does.
std::vector<EventPayload> save_state(const Signature& state, const Signature& target) {
  const bool same_diagnosis = SignatureRestored{Status::new_, state.diagnosis} ==
                              SignatureRestored{Status::new_, target.diagnosis};
  if (state.status == target.status && same_diagnosis) return {};
  if (target.status == Status::diagnosed && target.diagnosis &&
      is_allowed(state.status, Diagnose{})) {
    return one(SignatureDiagnosed{target.diagnosis});
  }
  if (same_diagnosis) {
    if (target.status == Status::investigating && is_allowed(state.status, StartInvestigation{})) {
      return one(InvestigationStarted{});
    }
    if (target.status == Status::new_ && is_allowed(state.status, RevertInvestigation{})) {
      return one(InvestigationReverted{});
    }
    if (target.status == Status::resolved) return one(SignatureResolved{});
    if (target.status == Status::muted) return one(SignatureMuted{});
  }
  if (target.status == Status::new_ && !target.diagnosis) return one(SignatureRetriaged{});
  return one(SignatureRestored{target.status, target.diagnosis});
}

// All the fingerprints that `target` has and `state` lacks, or an error.
Result<std::vector<EventPayload>> save_aliases(const Signature& state, const Signature& target) {
  FingerprintsAdded added;
  std::ranges::copy_if(aliases_of(target), std::back_inserter(added.fingerprints),
                       [&](const std::string& alias) { return !answers_to(state, alias); });
  const std::size_t count = aliases_of(state).size() + added.fingerprints.size();
  if (count > limits::max_aliases) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("signature {} would have {} further fingerprints; the limit is {}",
                            state.id.to_string(), count, limits::max_aliases));
  }
  if (added.fingerprints.empty()) return std::vector<EventPayload>{};
  return one(std::move(added));
}

void add_aliases(Signature& state, const FingerprintAliases& added) {
  if (added.empty()) return;
  FingerprintAliases aliases = state.aliases ? *state.aliases : FingerprintAliases{};
  aliases.insert(aliases.end(), added.begin(), added.end());
  state.aliases = std::make_shared<const FingerprintAliases>(std::move(aliases));
}

void set_status(Signature& state, Status status, Timestamp time) {
  state.status = status;
  if (status != Status::resolved) {
    state.resolved_at.reset();
  } else if (!state.resolved_at) {
    // A new diagnosis of a resolved signature resolves nothing: had it moved the time, occurrences
    // between the two would no longer count as a regression.
    state.resolved_at = time;
  }
}

void count(Signature& state, const OccurrenceSummary& occurrences) {
  const bool first = state.occurrence_count == 0;
  state.first_seen =
      first ? occurrences.first_seen : std::min(state.first_seen, occurrences.first_seen);
  state.last_seen =
      first ? occurrences.last_seen : std::max(state.last_seen, occurrences.last_seen);
  state.occurrence_count += occurrences.count;
}

void apply(Signature& state, const Event& event) {
  std::visit(
      Overloaded{
          [&](const SignatureDetected& payload) {
            state.id = event.signature_id;
            state.identity = payload.identity;
            add_aliases(state, payload.aliases);
            count(state, payload.occurrences);
          },
          [&](const SignatureImported& payload) {
            state = payload.signature;
            state.id = event.signature_id;
          },
          [&](const OccurrencesRecorded& payload) { count(state, payload.occurrences); },
          [&](const SignatureRegressed&) {},
          [&](const InvestigationStarted&) {},
          [&](const InvestigationReverted&) {},
          [&](const SignatureDiagnosed& payload) { state.diagnosis = payload.diagnosis; },
          [&](const SignatureResolved&) {},
          [&](const SignatureMuted&) {},
          [&](const SignatureRetriaged&) { state.diagnosis = nullptr; },
          [&](const SignatureRestored& payload) { state.diagnosis = payload.diagnosis; },
          [&](const TagsChanged& payload) {
            std::set<std::string> tags(state.tags.begin(), state.tags.end());
            for (const std::string& tag : payload.removed) tags.erase(tag);
            tags.insert(payload.added.begin(), payload.added.end());
            state.tags.assign(tags.begin(), tags.end());
          },
          [&](const FingerprintsAdded& payload) { add_aliases(state, payload.fingerprints); },
      },
      event.payload);
  if (const auto status = status_after(event.payload)) set_status(state, *status, event.time);
}

Error cannot_follow(const Event& event, Version present) {
  return {ErrorCode::corruption,
          fmt::format("event {} ({}, version {} of signature {}) cannot follow version {}; run "
                      "rounds verify",
                      event.sequence, kind_name(event.payload), event.version,
                      event.signature_id.to_string(), present)};
}

bool creates(const EventPayload& payload) {
  return std::holds_alternative<SignatureDetected>(payload) ||
         std::holds_alternative<SignatureImported>(payload);
}

}  // namespace

Result<std::vector<EventPayload>> decide(const Signature& state, const Command& command) {
  if (auto valid = validate(command); !valid) return std::unexpected(std::move(valid.error()));
  if (!is_allowed(state.status, command)) {
    return fail(ErrorCode::refused,
                fmt::format("signature {} is {}; it does not allow \"{}\"", state.id.to_string(),
                            to_string(state.status), command_name(command)));
  }
  using Decision = Result<std::vector<EventPayload>>;
  return std::visit(
      Overloaded{
          [](const StartInvestigation&) -> Decision { return one(InvestigationStarted{}); },
          [](const RevertInvestigation&) -> Decision { return one(InvestigationReverted{}); },
          [](const Diagnose& diagnose) -> Decision {
            return one(SignatureDiagnosed{std::make_shared<const Diagnosis>(diagnose.diagnosis)});
          },
          [](const Resolve& resolve) -> Decision {
            return one(SignatureResolved{resolve.fix, resolve.release});
          },
          [](const Mute&) -> Decision { return one(SignatureMuted{}); },
          [](const Retriage&) -> Decision { return one(SignatureRetriaged{}); },
          [](const Restore& restore) -> Decision {
            return one(SignatureRestored{restore.status, share(restore.diagnosis)});
          },
          [&](const ChangeTags& tags) -> Decision { return decide_tags(state, tags); },
      },
      command);
}

std::vector<EventPayload> decide_occurrences(
    const Signature* state, const std::shared_ptr<const SignatureIdentity>& identity,
    OccurrenceSummary occurrences, const LifecyclePolicy& policy, FingerprintAliases aliases) {
  ROUNDS_CHECK(occurrences.count > 0, "a summary folds at least one occurrence");
  if (state == nullptr) {
    if (aliases.size() > limits::max_aliases) aliases.resize(limits::max_aliases);
    return one(SignatureDetected{identity, std::move(occurrences), std::move(aliases)});
  }
  const bool regression = policy.reopen_on_regression && state->status == Status::resolved &&
                          state->resolved_at && occurrences.last_seen > *state->resolved_at;
  std::vector<EventPayload> events = one(OccurrencesRecorded{std::move(occurrences)});
  if (regression) events.emplace_back(SignatureRegressed{});
  return events;
}

std::vector<EventPayload> decide_fingerprints(const Signature& state,
                                              std::span<const std::string> fingerprints) {
  std::size_t room = limits::max_aliases - std::min(limits::max_aliases, aliases_of(state).size());
  FingerprintsAdded added;
  for (const std::string& fingerprint : fingerprints) {
    if (room == 0) break;
    if (answers_to(state, fingerprint)) continue;
    added.fingerprints.push_back(fingerprint);
    --room;
  }
  if (added.fingerprints.empty()) return {};
  return one(std::move(added));
}

Result<std::vector<EventPayload>> decide_save(const Signature* state, const Signature& target) {
  if (auto valid = validate(target); !valid) return std::unexpected(valid.error());
  if (state == nullptr) {
    SignatureImported imported{target};
    imported.signature.version = 0;
    imported.signature.last_sequence = 0;
    imported.signature.resolved_at = std::nullopt;
    return one(std::move(imported));
  }
  if (state->id != target.id || *state->identity != *target.identity) {
    return fail(ErrorCode::conflict,
                fmt::format("signature {} has another identity; fingerprint, error type, service, "
                            "template and stack hash never change",
                            state->id.to_string()));
  }
  auto events = save_occurrences(*state, target);
  if (!events) return events;
  auto aliases = save_aliases(*state, target);
  if (!aliases) return aliases;
  auto tags = change_tags(state->tags, target.tags);
  if (!tags) return tags;
  std::ranges::move(*aliases, std::back_inserter(*events));
  std::ranges::move(save_state(*state, target), std::back_inserter(*events));
  std::ranges::move(*tags, std::back_inserter(*events));
  return events;
}

std::optional<Status> status_after(const EventPayload& payload) {
  using After = std::optional<Status>;
  return std::visit(
      Overloaded{
          [](const SignatureDetected&) -> After { return Status::new_; },
          [](const SignatureImported& imported) -> After { return imported.signature.status; },
          [](const OccurrencesRecorded&) -> After { return std::nullopt; },
          [](const SignatureRegressed&) -> After { return Status::new_; },
          [](const InvestigationStarted&) -> After { return Status::investigating; },
          [](const InvestigationReverted&) -> After { return Status::new_; },
          [](const SignatureDiagnosed&) -> After { return Status::diagnosed; },
          [](const SignatureResolved&) -> After { return Status::resolved; },
          [](const SignatureMuted&) -> After { return Status::muted; },
          [](const SignatureRetriaged&) -> After { return Status::new_; },
          [](const SignatureRestored& restored) -> After { return restored.status; },
          [](const TagsChanged&) -> After { return std::nullopt; },
          [](const FingerprintsAdded&) -> After { return std::nullopt; },
      },
      payload);
}

Result<Signature> evolve(std::optional<Signature> state, const Event& event) {
  const Version present = state ? state->version : 0;
  const bool follows = event.version == present + 1 && (!state || state->id == event.signature_id);
  if (!follows || creates(event.payload) != !state.has_value()) {
    return std::unexpected(cannot_follow(event, present));
  }
  Signature next = state ? std::move(*state) : Signature{};
  apply(next, event);
  next.version = event.version;
  next.last_sequence = event.sequence;
  return next;
}

void RecordedRun::append(const RecordedRun& next) {
  first_seen = version == 0 ? next.first_seen : std::min(first_seen, next.first_seen);
  last_seen = version == 0 ? next.last_seen : std::max(last_seen, next.last_seen);
  count += next.count;
  version = next.version;
  last_sequence = next.last_sequence;
}

Result<void> extend(RecordedRun& run, const SignatureId& id, Version present, const Event& event) {
  if (event.version != present + 1 || event.signature_id != id) {
    return std::unexpected(cannot_follow(event, present));
  }
  const auto& occurrences = std::get<OccurrencesRecorded>(event.payload).occurrences;
  run.append({occurrences.count, occurrences.first_seen, occurrences.last_seen, event.version,
              event.sequence});
  return {};
}

void evolve(Signature& state, const RecordedRun& run) {
  state.first_seen = std::min(state.first_seen, run.first_seen);
  state.last_seen = std::max(state.last_seen, run.last_seen);
  state.occurrence_count += run.count;
  state.version = run.version;
  state.last_sequence = run.last_sequence;
}

}  // namespace rounds
