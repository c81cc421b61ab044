#include "store/memory_store.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "core/check.hpp"

namespace rounds {
namespace {

bool matches(const SignatureQuery& query, const Signature& signature) {
  if (query.status && signature.status != *query.status) return false;
  if (query.service && signature.identity->service != *query.service) return false;
  if (query.error_type && signature.identity->error_type != *query.error_type) return false;
  if (query.except && signature.id == *query.except) return false;
  return !query.after || query.after->precedes(PageCursor::at(signature));
}

// The occurrences of one signature in a submission.
struct Fold {
  std::shared_ptr<const SignatureIdentity> identity;
  OccurrenceSummary occurrences;
};

// One fold for each fingerprint, in the order in which the fingerprints first appear.
std::vector<Fold> fold(const std::vector<IdentifiedOccurrence>& occurrences) {
  std::vector<Fold> folds;
  std::map<std::string_view, std::size_t> positions;
  for (const IdentifiedOccurrence& occurrence : occurrences) {
    const auto [position, is_new] =
        positions.try_emplace(occurrence.identity->fingerprint, folds.size());
    if (is_new) folds.push_back({occurrence.identity, {}});
    folds[position->second].occurrences.add(occurrence.exemplar);
  }
  return folds;
}

}  // namespace

MemoryStore::MemoryStore(StoreOptions options) : options_(std::move(options)) {
  ROUNDS_CHECK(options_.clock != nullptr, "a store needs a clock");
  ROUNDS_CHECK(options_.ids != nullptr, "a store needs a generator of ids");
}

Result<std::optional<Signature>> MemoryStore::get_by_id(const SignatureId& id) {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  const Signature* signature = find(id);
  return signature == nullptr ? std::nullopt : std::optional(*signature);
}

Result<std::optional<Signature>> MemoryStore::get_by_fingerprint(std::string_view fingerprint) {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  const auto owner = fingerprints_.find(fingerprint);
  if (owner == fingerprints_.end()) return std::nullopt;
  return signatures_.at(owner->second);
}

Result<SignaturePage> MemoryStore::list(const SignatureQuery& query) {
  if (auto valid = validate_limit(query.limit); !valid) return std::unexpected(valid.error());
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  SignaturePage page;
  page.sequence = log_.size();
  for (const auto& [id, signature] : signatures_) {
    if (matches(query, signature)) page.signatures.push_back(signature);
  }
  std::ranges::sort(page.signatures, [](const Signature& left, const Signature& right) {
    return PageCursor::at(left).precedes(PageCursor::at(right));
  });
  if (page.signatures.size() > query.limit) {
    page.signatures.resize(query.limit);
    page.next = PageCursor::at(page.signatures.back());
  }
  return page;
}

Result<HistoryPage> MemoryStore::history(const SignatureId& id, const HistoryQuery& query) {
  if (auto valid = validate_limit(query.limit); !valid) return std::unexpected(valid.error());
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  if (find(id) == nullptr) return std::unexpected(signature_not_found(id));
  HistoryPage page;
  page.sequence = log_.size();
  for (const Event& event : log_) {
    if (event.signature_id == id && event.version > query.after) page.events.push_back(event);
  }
  if (page.events.size() > query.limit) {
    page.events.resize(query.limit);
    page.next = page.events.back().version;
  }
  return page;
}

Result<StoreStats> MemoryStore::get_stats() {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  StoreStats stats;
  stats.sequence = log_.size();
  for (const auto& [id, signature] : signatures_) {
    ++stats.signature_count;
    stats.occurrence_count += signature.occurrence_count;
    ++stats.by_status[signature.status];
    ++stats.by_service[signature.identity->service];
    stats.oldest_first_seen =
        std::min(signature.first_seen, stats.oldest_first_seen.value_or(signature.first_seen));
  }
  return stats;
}

void MemoryStore::submit(Submission submission, Completion completion) {
  const auto outcome = [&]() -> Result<Commit> {
    const std::lock_guard lock(mutex_);
    if (closed_) return std::unexpected(store_closed());
    if (auto valid = validate(submission); !valid) return std::unexpected(valid.error());
    return std::visit([this](const auto& accepted) { return run(accepted); }, submission);
  };
  completion(outcome());
}

Result<void> MemoryStore::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return {};
}

Result<Commit> MemoryStore::run(const RecordOccurrences& record) {
  const Timestamp now = next_event_time();
  for (Fold& folded : fold(record.occurrences)) {
    count(folded.identity, std::move(folded.occurrences), record.context.provenance, now);
  }
  return Commit{log_.size(), std::nullopt};
}

Result<Commit> MemoryStore::run(const ExecuteCommand& execute) {
  const CommandContext& context = execute.context;
  const Signature* present = find(execute.id);
  if (present == nullptr) return std::unexpected(signature_not_found(execute.id));
  if (context.expected_version && *context.expected_version != present->version) {
    return std::unexpected(version_conflict(*present, *context.expected_version));
  }
  auto payloads = decide(*present, execute.command);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  append(execute.id, std::move(*payloads), context.provenance, next_event_time());
  return commit_of(execute.id);
}

Result<Commit> MemoryStore::run(const SaveSignature& save) {
  const SignatureId& id = save.signature.id;
  const CommandContext& context = save.context;
  const Signature* present = find(id);
  if (present == nullptr && save.mode == SaveMode::update_only) {
    return std::unexpected(signature_not_found(id));
  }
  if (present != nullptr && save.mode == SaveMode::create_only) {
    return std::unexpected(signature_exists(id));
  }
  if (context.expected_version) {
    Signature absent;  // at version 0
    absent.id = id;
    const Signature& expected = present == nullptr ? absent : *present;
    if (*context.expected_version != expected.version) {
      return std::unexpected(version_conflict(expected, *context.expected_version));
    }
  }
  const auto owner = fingerprints_.find(save.signature.identity->fingerprint);
  if (owner != fingerprints_.end() && owner->second != id) {
    return std::unexpected(fingerprint_conflict(owner->first, owner->second));
  }
  auto payloads = decide_save(present, save.signature);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  append(id, std::move(*payloads), context.provenance, next_event_time());
  return commit_of(id);
}

void MemoryStore::count(const std::shared_ptr<const SignatureIdentity>& identity,
                        OccurrenceSummary occurrences, const Provenance& provenance,
                        Timestamp now) {
  const auto owner = fingerprints_.find(identity->fingerprint);
  const bool is_known = owner != fingerprints_.end();
  const SignatureId id = is_known ? owner->second : options_.ids->next(now);
  append(id, decide_occurrences(find(id), identity, std::move(occurrences), options_.policy),
         provenance, now);
}

void MemoryStore::append(const SignatureId& id, std::vector<EventPayload> payloads,
                         const Provenance& provenance, Timestamp now) {
  for (EventPayload& payload : payloads) {
    const Signature* present = find(id);
    const Version version = present == nullptr ? 1 : present->version + 1;
    Event event{log_.size() + 1, id, version, now, provenance, std::move(payload)};
    auto next = evolve(present == nullptr ? std::nullopt : std::optional(*present), event);
    ROUNDS_CHECK(next.has_value(), "what the lifecycle decides on a state follows that state");
    fingerprints_.insert_or_assign(next->identity->fingerprint, id);
    signatures_.insert_or_assign(id, *std::move(next));
    log_.push_back(std::move(event));
  }
}

Commit MemoryStore::commit_of(const SignatureId& id) const {
  return {log_.size(), signatures_.at(id)};
}

const Signature* MemoryStore::find(const SignatureId& id) const {
  const auto found = signatures_.find(id);
  return found == signatures_.end() ? nullptr : &found->second;
}

Timestamp MemoryStore::next_event_time() const {
  const Timestamp now = options_.clock->now();
  return log_.empty() ? now : std::max(now, log_.back().time);
}

}  // namespace rounds
