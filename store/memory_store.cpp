#include "store/memory_store.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "core/check.hpp"
#include "store/log_subscription.hpp"

namespace rounds {
namespace {

bool matches(const SignatureQuery& query, const Signature& signature) {
  if (query.status && signature.status != *query.status) return false;
  if (query.service && signature.identity->service != *query.service) return false;
  if (query.error_type && signature.identity->error_type != *query.error_type) return false;
  if (query.tag && std::ranges::find(signature.tags, *query.tag) == signature.tags.end())
    return false;
  if (query.except && signature.id == *query.except) return false;
  return !query.after || query.after->precedes(PageCursor::at(signature));
}

// The occurrences with one fingerprint in a submission.
struct Fold {
  std::shared_ptr<const SignatureIdentity> identity;  // and the aliases, of the first one
  std::shared_ptr<const FingerprintAliases> aliases;
  OccurrenceSummary occurrences;
};

// One fold for each fingerprint, in the order in which the fingerprints first appear.
std::vector<Fold> fold(const std::vector<IdentifiedOccurrence>& occurrences) {
  std::vector<Fold> folds;
  std::map<std::string_view, std::size_t> positions;
  for (const IdentifiedOccurrence& occurrence : occurrences) {
    const auto [position, is_new] =
        positions.try_emplace(occurrence.identity->fingerprint, folds.size());
    if (is_new) folds.push_back({occurrence.identity, occurrence.aliases, {}});
    folds[position->second].occurrences.add(occurrence.exemplar);
  }
  return folds;
}

void move_to_overflow(std::vector<Fold>& overflows,
                      std::shared_ptr<const SignatureIdentity> identity,
                      const OccurrenceSummary& occurrences) {
  auto fold = std::ranges::find_if(overflows,
                                   [&](const Fold& each) { return *each.identity == *identity; });
  if (fold == overflows.end()) {
    fold = overflows.insert(overflows.end(), {std::move(identity), nullptr, {}});
  }
  OccurrenceSummary& sum = fold->occurrences;
  const bool is_first = sum.count == 0;
  sum.first_seen =
      is_first ? occurrences.first_seen : std::min(sum.first_seen, occurrences.first_seen);
  sum.last_seen = is_first ? occurrences.last_seen : std::max(sum.last_seen, occurrences.last_seen);
  sum.count += occurrences.count;
  for (const Exemplar& exemplar : occurrences.exemplars) {
    if (sum.exemplars.size() < limits::max_exemplars_per_event) sum.exemplars.push_back(exemplar);
  }
}

StoreStats count_all(const std::map<SignatureId, Signature>& signatures, Sequence sequence) {
  StoreStats stats;
  stats.sequence = sequence;
  for (const auto& [id, signature] : signatures) {
    ++stats.signature_count;
    stats.occurrence_count += signature.occurrence_count;
    ++stats.by_status[signature.status];
    ++stats.by_service[signature.identity->service];
    stats.oldest_first_seen =
        std::min(signature.first_seen, stats.oldest_first_seen.value_or(signature.first_seen));
  }
  return stats;
}

std::map<SignatureId, Signature> fold_all(std::span<const Event> events) {
  std::map<SignatureId, Signature> signatures;
  for (const Event& event : events) {
    const auto present = signatures.find(event.signature_id);
    auto next =
        evolve(present == signatures.end() ? std::nullopt : std::optional(present->second), event);
    ROUNDS_CHECK(next.has_value(), "the events of the log follow each other");
    signatures.insert_or_assign(event.signature_id, *std::move(next));
  }
  return signatures;
}

}  // namespace

MemoryStore::MemoryStore(StoreOptions options)
    : options_(std::move(options)), budget_(options_.new_signatures_per_minute) {
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
  const Signature* signature = find(fingerprint);
  return signature == nullptr ? std::nullopt : std::optional(*signature);
}

std::vector<bool> MemoryStore::recall(std::span<const std::string_view> fingerprints) {
  const std::lock_guard lock(mutex_);
  std::vector<bool> known(fingerprints.size());
  for (std::size_t i = 0; i < known.size() && !closed_; ++i) {
    known[i] = find(fingerprints[i]) != nullptr;
  }
  return known;
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
  return count_all(signatures_, log_.size());
}

Result<std::optional<Signature>> MemoryStore::as_of(const SignatureId& id, const Moment& moment) {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  const auto events = log_until(moment);
  if (!events) return std::unexpected(events.error());
  const std::map<SignatureId, Signature> then = fold_all(*events);
  const auto found = then.find(id);
  return found == then.end() ? std::nullopt : std::optional(found->second);
}

Result<StoreStats> MemoryStore::get_stats_as_of(const Moment& moment) {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  const auto events = log_until(moment);
  if (!events) return std::unexpected(events.error());
  return count_all(fold_all(*events), events->size());
}

Result<std::unique_ptr<Subscription>> MemoryStore::subscribe(Sequence from) {
  return LogSubscription::open(tail_, from, [this](Sequence next, std::size_t max_events) {
    return read_events(next, max_events);
  });
}

Result<std::vector<Event>> MemoryStore::read_events(Sequence from, std::size_t max_events) {
  // Not what the log has behind it: of that nobody was told yet.
  const Sequence end = tail_.end();
  const std::lock_guard lock(mutex_);
  const std::size_t begin = from - 1;
  const std::size_t count = std::min<std::size_t>(max_events, end - begin);
  const auto first = log_.begin() + static_cast<std::ptrdiff_t>(begin);
  return std::vector<Event>(first, first + static_cast<std::ptrdiff_t>(count));
}

void MemoryStore::submit(Submission submission, Completion completion) {
  const auto outcome = [&]() -> Result<Commit> {
    const std::lock_guard lock(mutex_);
    if (closed_) return std::unexpected(store_closed());
    if (auto valid = validate(submission); !valid) return std::unexpected(valid.error());
    return std::visit([this](const auto& accepted) { return run(accepted); }, submission);
  };
  Result<Commit> done = outcome();
  if (done) tail_.advance(done->sequence);
  completion(std::move(done));
}

Result<void> MemoryStore::close() {
  tail_.close();
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return {};
}

Result<Commit> MemoryStore::run(const RecordOccurrences& record) {
  const Timestamp now = next_event_time();
  Repeats repeats;
  std::vector<Fold> overflows;
  const auto count_all_of = [&](Fold& folded) {
    count(folded.identity, find_owner(*folded.identity, folded.aliases.get()),
          std::move(folded.occurrences), record.context.provenance, now);
  };
  for (Fold& folded : fold(drop_repeats(record, now, repeats))) {
    if (find_owner(*folded.identity, folded.aliases.get()).signature == nullptr) {
      if (auto overflow = budget_.take(folded.identity->service, now)) {
        move_to_overflow(overflows, std::move(overflow), folded.occurrences);
        continue;
      }
    }
    count_all_of(folded);
  }
  std::ranges::for_each(overflows, count_all_of);
  return Commit{log_.size(), std::nullopt, repeats};
}

std::vector<IdentifiedOccurrence> MemoryStore::drop_repeats(const RecordOccurrences& record,
                                                            Timestamp now, Repeats& repeats) {
  if (record.keys.empty() || options_.dedup_window.count() <= 0) return record.occurrences;
  const Timestamp time = std::max(last_noted_, now);
  const auto forgotten = std::erase_if(recorded_, [&](const auto& entry) {
    return time - entry.second.first_noted > options_.dedup_window;
  });
  if (forgotten > 0) last_noted_ = time;
  const auto is_new = [&](const RepetitionKey& key) {
    const bool fresh = recorded_.try_emplace(key, Recorded{time, {}}).second;
    if (fresh) last_noted_ = time;
    return fresh;
  };
  if (record.batch_key.is_present() && !is_new(record.batch_key)) {
    repeats.sent_again = record.occurrences.size();
    return {};
  }
  std::vector<OccurrenceKeys> keys = record.keys;
  number_repeats(keys);
  std::vector<IdentifiedOccurrence> left;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].delivery.is_present() && !is_new(keys[i].delivery)) {
      ++repeats.sent_again;
      continue;
    }
    if (keys[i].failure.is_present()) {
      static_cast<void>(is_new(keys[i].failure));
      last_noted_ = time;
      std::map<OccurrenceSource, int>& told = recorded_.at(keys[i].failure).told_by;
      const int before =
          std::max(told[OccurrenceSource::span_event], told[OccurrenceSource::log_record]);
      if (++told[keys[i].source] <= before) {
        ++repeats.on_span_and_log;
        continue;
      }
    }
    left.push_back(record.occurrences[i]);
  }
  return left;
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
  FingerprintAliases fingerprints{save.signature.identity->fingerprint};
  const auto aliases = aliases_of(save.signature);
  fingerprints.insert(fingerprints.end(), aliases.begin(), aliases.end());
  for (const std::string& fingerprint : fingerprints) {
    const Signature* owner = find(fingerprint);
    if (owner == nullptr || owner->id == id) continue;
    return std::unexpected(fingerprint_conflict(fingerprint, owner->id));
  }
  auto payloads = decide_save(present, save.signature);
  if (!payloads) return std::unexpected(std::move(payloads.error()));
  append(id, std::move(*payloads), context.provenance, next_event_time());
  return commit_of(id);
}

MemoryStore::Owner MemoryStore::find_owner(const SignatureIdentity& identity,
                                           const FingerprintAliases* aliases) const {
  Owner owner{find(identity.fingerprint), {}};
  if (owner.signature != nullptr || aliases == nullptr) return owner;
  for (const std::string& alias : *aliases) {
    const Signature* found = find(alias);
    if (found == nullptr) owner.free.push_back(alias);
    const bool was_made_with_it = found != nullptr && found->identity->fingerprint == alias;
    if (was_made_with_it && owner.signature == nullptr) owner.signature = found;
  }
  return owner;
}

void MemoryStore::count(const std::shared_ptr<const SignatureIdentity>& identity, Owner owner,
                        OccurrenceSummary occurrences, const Provenance& provenance,
                        Timestamp now) {
  const Signature* present = owner.signature;
  const SignatureId id = present != nullptr ? present->id : options_.ids->next(now);
  const std::uint64_t before = present != nullptr ? present->occurrence_count : 0;
  if (present != nullptr && !answers_to(*present, identity->fingerprint)) {
    owner.free.insert(owner.free.begin(), identity->fingerprint);
    append(id, decide_fingerprints(*present, owner.free), provenance, now);
  }
  occurrences.exemplars.resize(kept_of(occurrences.exemplars.size(), id, before, now));
  append(id,
         decide_occurrences(find(id), identity, std::move(occurrences), options_.policy,
                            std::move(owner.free)),
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
    for (const std::string& alias : aliases_of(*next)) fingerprints_.insert_or_assign(alias, id);
    signatures_.insert_or_assign(id, *std::move(next));
    log_.push_back(std::move(event));
  }
}

Commit MemoryStore::commit_of(const SignatureId& id) const {
  return {log_.size(), signatures_.at(id), {}};
}

const Signature* MemoryStore::find(const SignatureId& id) const {
  const auto found = signatures_.find(id);
  return found == signatures_.end() ? nullptr : &found->second;
}

const Signature* MemoryStore::find(std::string_view fingerprint) const {
  const auto owner = fingerprints_.find(fingerprint);
  return owner == fingerprints_.end() ? nullptr : find(owner->second);
}

Result<std::span<const Event>> MemoryStore::log_until(const Moment& moment) const {
  std::size_t count = 0;
  if (const auto* sequence = std::get_if<Sequence>(&moment)) {
    if (*sequence > log_.size()) return std::unexpected(behind_the_end(*sequence, log_.size()));
    count = *sequence;
  } else {
    while (count < log_.size() && log_[count].time <= std::get<Timestamp>(moment)) ++count;
  }
  return std::span(log_).first(count);
}

Timestamp MemoryStore::next_event_time() const {
  const Timestamp now = options_.clock->now();
  return log_.empty() ? now : std::max(now, log_.back().time);
}

}  // namespace rounds
