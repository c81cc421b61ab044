// A store on disk that comes back by itself when the disk does: what a daemon serves.
//
// After a failed write a RocksStore takes no more, because nobody knows what reached the disk, and
// never mends itself. This one watches it: it goes on answering queries from the failed store,
// tries with growing pauses whether the disk takes writes again, and then closes the store and
// opens the data directory anew. Writes are answered with unavailable from the failure until then,
// queries only while it is being opened. A reserve on the disk lets it close cleanly although the
// disk is full.
//
// Threads: as SignatureStore; one more thread watches.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/backup.hpp"
#include "core/signature_store.hpp"
#include "store/rocks_store.hpp"

namespace rounds {

// What happened to a supervised store, for a log.
struct StoreIncident {
  enum class Kind : std::uint8_t {
    opened,   // for the first time
    failed,   // takes no writes
    waiting,  // the disk still refuses, or the store does not open
    resumed,  // opened again: takes writes
    warning,  // goes on, but not as it should
  };
  Kind kind = Kind::opened;
  std::string message;  // one sentence
};

// Whether a supervised store takes writes, and if not, why.
struct StoreCondition {
  enum class State : std::uint8_t {
    opening,    // for the first time
    ready,      // takes writes
    failed,     // answers queries, takes no writes
    reopening,  // after a failure
    closed,     // for good, or start() has failed
  };
  State state = State::opening;
  std::string reason;         // one sentence; empty if ready
  bool disk_is_full = false;  // has less free than opening the store again may take
  // While it is opened: how much of the log was read for the projections. Both 0: none is, yet.
  std::uint64_t events_done = 0;
  std::uint64_t events_total = 0;
};

// Enough to open and close a store once more: RocksDB's own files, the last layer of projections.
inline constexpr std::size_t default_reserve_bytes = 8U * 1024 * 1024;

// Opening may write the newest part of the log (one memtable of 64 MiB) and of the projections
// (one of 32 MiB) to new files before it can delete old ones.
inline constexpr std::size_t default_resume_free_bytes = 96U * 1024 * 1024;

struct SupervisedStoreOptions {
  // Makes the options of each opening; committed, catch_up_progress and counters are replaced, and
  // projections_rebuilding by `report`.
  std::function<RocksStoreOptions()> store = [] { return RocksStoreOptions{}; };
  // Between two tries; doubled after each up to the second one.
  std::chrono::milliseconds first_retry{250};
  std::chrono::milliseconds longest_retry{5000};
  // How often failures are looked for that no write met yet.
  std::chrono::milliseconds watch_interval{1000};
  std::size_t reserve_bytes = default_reserve_bytes;
  std::size_t resume_free_bytes = default_resume_free_bytes;
  // Called on a thread of the store, one call at a time; must not call the store.
  std::function<void(const StoreIncident&)> report = [](const StoreIncident&) {};
};

class SupervisedStore final : public SignatureStore {
 public:
  // Opens the store in `data_directory`. Errors: those of RocksStore::open(). A reserve that cannot
  // be held is only reported.
  [[nodiscard]] static Result<std::unique_ptr<SupervisedStore>> open(
      const std::filesystem::path& data_directory, SupervisedStoreOptions options = {});

  // The same in two steps, for whoever serves while the store is being opened, which may take as
  // long as reading the log: until start() has succeeded everything is answered with unavailable.
  [[nodiscard]] static std::unique_ptr<SupervisedStore> create(
      const std::filesystem::path& data_directory, SupervisedStoreOptions options = {});
  // Opens it. Call once, and not at the same time as close(). Errors: those of RocksStore::open();
  // it is closed then.
  [[nodiscard]] Result<void> start();

  ~SupervisedStore() override;

  // How it stands now. Does not wait for the disk.
  [[nodiscard]] StoreCondition condition() const;

  // What was counted so far, also while there is no open store.
  [[nodiscard]] const StoreCounters& counters() const;

  // As RocksStore::metrics(); what is counted goes on when the store is opened again. Errors: also
  // unavailable while it is being opened.
  [[nodiscard]] Result<StoreMetrics> metrics();

  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) override;
  [[nodiscard]] std::vector<bool> recall(std::span<const std::string_view> fingerprints) override;
  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override;
  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override;
  [[nodiscard]] Result<StoreStats> get_stats() override;
  // A subscription lives on when the store is opened again after a failure: it waits meanwhile, and
  // goes on where it was. Errors: also unavailable while the store is being opened.
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(Sequence from) override;

  [[nodiscard]] Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                       const Moment& moment) override;
  [[nodiscard]] Result<StoreStats> get_stats_as_of(const Moment& moment) override;
  void submit(Submission submission, Completion completion) override;

  // As RocksStore::create_backup(). Given up when the store is opened again after a failure.
  // Errors: also unavailable while it is being opened.
  [[nodiscard]] Result<Backup> create_backup(const std::filesystem::path& backup_directory,
                                             const std::stop_token& stop = {});

  // As RocksStore::rebuild(). Given up when the store is opened again after a failure. Errors: also
  // unavailable while it is being opened.
  [[nodiscard]] Result<Sequence> rebuild(
      const std::vector<std::string>& chosen,
      const std::function<void(std::uint64_t, std::uint64_t)>& progress,
      const std::stop_token& stop);

  // Closes the store; a failed one with the help of the reserve. Errors: io_error and others of
  // opening if that does not help either; acknowledged events are on the disk even then.
  [[nodiscard]] Result<void> close() override;

 private:
  class Watch;
  explicit SupervisedStore(std::unique_ptr<Watch> watch);

  std::unique_ptr<Watch> watch_;  // never null
};

}  // namespace rounds
