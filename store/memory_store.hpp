// A store that keeps everything in memory and does everything the slow, obvious way.
//
// It is the fake that embedders and tests use in place of a disk, and the oracle that RocksStore is
// compared with. Therefore it shares nothing with it but the domain: one mutex, the log as a
// vector, and every query filters and sorts all signatures. Nothing survives the object. All
// functions are safe to call from any thread; they run one after another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/signature_store.hpp"
#include "store/store_options.hpp"

namespace rounds {

class MemoryStore final : public SignatureStore {
 public:
  explicit MemoryStore(StoreOptions options = {});

  // The reads cost O(signatures) or O(events), whatever they return.
  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) override;
  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override;
  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override;
  [[nodiscard]] Result<StoreStats> get_stats() override;

  // Runs the submission at once and calls `completion` on the calling thread before it returns,
  // without holding the lock: the completion may use the store. Never overloaded.
  void submit(Submission submission, Completion completion) override;

  [[nodiscard]] Result<void> close() override;

 private:
  // All of these expect mutex_ to be held.
  [[nodiscard]] Result<Commit> run(const RecordOccurrences& record);
  [[nodiscard]] Result<Commit> run(const ExecuteCommand& execute);
  [[nodiscard]] Result<Commit> run(const SaveSignature& save);
  void count(const std::shared_ptr<const SignatureIdentity>& identity,
             OccurrenceSummary occurrences, const Provenance& provenance, Timestamp now);
  void append(const SignatureId& id, std::vector<EventPayload> payloads,
              const Provenance& provenance, Timestamp now);
  [[nodiscard]] Commit commit_of(const SignatureId& id) const;
  [[nodiscard]] const Signature* find(const SignatureId& id) const;
  [[nodiscard]] Timestamp next_event_time() const;

  std::mutex mutex_;
  StoreOptions options_;
  bool closed_ = false;
  std::vector<Event> log_;  // the event with sequence n stands at n - 1
  std::map<SignatureId, Signature> signatures_;
  std::map<std::string, SignatureId, std::less<>> fingerprints_;
};

}  // namespace rounds
