// A store that keeps everything in memory and does everything the slow, obvious way.
//
// It is the fake that embedders and tests use in place of a disk, and the oracle that RocksStore is
// compared with. Therefore it shares nothing with it but the domain and how subscriptions wait: one
// mutex, the log as a vector, and every query filters and sorts all signatures. Nothing survives
// the object. All functions are safe to call from any thread; they run one after another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/exemplar_sampling.hpp"
#include "core/ids.hpp"
#include "core/signature_budget.hpp"
#include "core/signature_store.hpp"
#include "store/log_tail.hpp"
#include "store/store_options.hpp"

namespace rounds {

class MemoryStore final : public SignatureStore {
 public:
  explicit MemoryStore(StoreOptions options = {});

  // The reads cost O(signatures) or O(events), whatever they return.
  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) override;
  // Never says no where the answer is yes.
  [[nodiscard]] std::vector<bool> recall(std::span<const std::string_view> fingerprints) override;
  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override;
  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override;
  [[nodiscard]] Result<StoreStats> get_stats() override;
  // Its batches are bounded by the number of events alone.
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(Sequence from) override;

  [[nodiscard]] Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                       const Moment& moment) override;
  // Never overloaded.
  [[nodiscard]] Result<StoreStats> get_stats_as_of(const Moment& moment) override;

  // Runs the submission at once and calls `completion` on the calling thread before it returns,
  // without holding the lock: the completion may use the store. Never overloaded.
  void submit(Submission submission, Completion completion) override;

  [[nodiscard]] Result<void> close() override;

 private:
  // All of these but the last expect mutex_ to be held.
  [[nodiscard]] Result<Commit> run(const RecordOccurrences& record);
  // Those that were not counted before; counts the others.
  [[nodiscard]] std::vector<IdentifiedOccurrence> drop_repeats(const RecordOccurrences& record,
                                                               Timestamp now, Repeats& repeats);
  [[nodiscard]] Result<Commit> run(const ExecuteCommand& execute);
  [[nodiscard]] Result<Commit> run(const SaveSignature& save);
  // Of occurrences: by their fingerprint, else by their aliases.
  struct Owner {
    const Signature* signature = nullptr;  // null: there is none
    FingerprintAliases free;               // those of their aliases that no signature answers to
  };
  [[nodiscard]] Owner find_owner(const SignatureIdentity& identity,
                                 const FingerprintAliases* aliases) const;
  void count(const std::shared_ptr<const SignatureIdentity>& identity, Owner owner,
             OccurrenceSummary occurrences, const Provenance& provenance, Timestamp now);
  // The signature that answers to the fingerprint, or null.
  [[nodiscard]] const Signature* find(std::string_view fingerprint) const;
  void append(const SignatureId& id, std::vector<EventPayload> payloads,
              const Provenance& provenance, Timestamp now);
  [[nodiscard]] Commit commit_of(const SignatureId& id) const;
  [[nodiscard]] const Signature* find(const SignatureId& id) const;
  [[nodiscard]] Timestamp next_event_time() const;
  [[nodiscard]] Result<std::vector<Event>> read_events(Sequence from, std::size_t max_events);

  // Whether an occurrence of the signature at `now` may leave an exemplar; notes that it does.
  [[nodiscard]] bool take_exemplar(const SignatureId& id, Timestamp now) {
    const auto [last, is_first] = last_exemplars_.try_emplace(id, now);
    const auto interval = exemplar_interval(options_.exemplars_per_hour);
    const bool may = is_first || now - last->second > interval;
    if (may) last->second = now;
    return may;
  }

  // How many of the `offered` exemplars an event at `now` keeps, of a signature that had `before`.
  [[nodiscard]] std::size_t kept_of(std::size_t offered, const SignatureId& id,
                                    std::uint64_t before, Timestamp now) {
    if (options_.exemplars_per_hour == 0) return offered;
    return exemplars_to_keep(before, offered, [&] { return take_exemplar(id, now); });
  }

  // The events up to `moment`.
  [[nodiscard]] Result<std::span<const Event>> log_until(const Moment& moment) const;

  std::mutex mutex_;
  StoreOptions options_;
  SignatureBudget budget_;
  bool closed_ = false;
  std::vector<Event> log_;  // the event with sequence n stands at n - 1
  std::map<SignatureId, Signature> signatures_;
  std::map<std::string, SignatureId, std::less<>> fingerprints_;
  // Of keys noted within the window; however many there are.
  struct Recorded {
    Timestamp first_noted;
    std::map<OccurrenceSource, int> told_by;  // of a failure
  };
  std::map<RepetitionKey, Recorded> recorded_;
  Timestamp last_noted_ = min_timestamp;  // when anything in it changed
  std::map<SignatureId, Timestamp> last_exemplars_;
  LogTail tail_;  // has a lock of its own
};

}  // namespace rounds
