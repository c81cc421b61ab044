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

// Enough to open and close a store once more: RocksDB's own files, the last layer of projections.
inline constexpr std::size_t default_reserve_bytes = 8U * 1024 * 1024;

// Opening may write the newest part of the log (one memtable of 64 MiB) and of the projections
// (one of 32 MiB) to new files before it can delete old ones.
inline constexpr std::size_t default_resume_free_bytes = 96U * 1024 * 1024;

struct SupervisedStoreOptions {
  // Makes the options of each opening.
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
  ~SupervisedStore() override;

  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) override;
  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override;
  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override;
  [[nodiscard]] Result<StoreStats> get_stats() override;
  void submit(Submission submission, Completion completion) override;

  // Closes the store; a failed one with the help of the reserve. Errors: io_error and others of
  // opening if that does not help either; acknowledged events are on the disk even then.
  [[nodiscard]] Result<void> close() override;

 private:
  class Watch;
  explicit SupervisedStore(std::unique_ptr<Watch> watch);

  std::unique_ptr<Watch> watch_;  // never null
};

}  // namespace rounds
