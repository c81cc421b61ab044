// The store on disk: an embedded, event-sourced store of signatures on RocksDB.
//
//   data directory/log          the event log, the only truth (eventlog/)
//   data directory/projections  derived from it, may be deleted while no store is open
//   (projections/)
//
// Embedders include this header; it pulls in nothing of RocksDB. The port and its contract are in
// core/signature_store.hpp. A store owns two threads, the committer and the projector; completions
// run on the committer's. One process may open a data directory at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.hpp"
#include "core/signature_store.hpp"
#include "eventlog/watermark.hpp"
#include "store/store_options.hpp"

namespace rocksdb {
class Env;
class Statistics;
}  // namespace rocksdb

namespace rounds {

class EventLog;

struct RocksStoreOptions : StoreOptions {
  bool create_if_missing = true;
  // False: one event for each occurrence, with its exemplar, instead of one per signature and
  // commit group.
  bool coalesce_occurrences = true;
  // How much may change before it is written to the projections' disk; a crash costs reading as
  // much again.
  std::size_t layer_signatures = 128U * 1024;
  std::size_t layer_events = 1024U * 1024;
  // Counts what RocksDB does in the log, to prove that queries do nothing there. Null: not counted.
  std::shared_ptr<rocksdb::Statistics> log_statistics;
  // The file system that the data directory is on; must outlive the store. Null: that of the
  // machine. Tests inject faults here.
  rocksdb::Env* env = nullptr;
  // How old the durable watermark of the log may be (docs/reliability.md).
  std::chrono::milliseconds watermark_sync_interval = default_watermark_sync_interval;
  // Told about the catch-up at open: events done and to do.
  std::function<void(std::uint64_t, std::uint64_t)> catch_up_progress;
};

class RocksStore final : public SignatureStore {
 public:
  // Opens the store in `data_directory`, creating it if the options say so, and brings the
  // projections up to date with the log. Costs folding the events since the last checkpoint, at
  // most two layers of them (layer_events). Errors: in_use; data_missing if it is not there and may
  // not be created; corruption, also when the log has lost events that the projections have seen;
  // unsupported for data of a newer release; io_error.
  [[nodiscard]] static Result<std::unique_ptr<RocksStore>> open(
      const std::filesystem::path& data_directory, RocksStoreOptions options = {});

  // Like close(), without its errors.
  ~RocksStore() override;

  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) override;
  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override;
  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override;
  [[nodiscard]] Result<StoreStats> get_stats() override;
  void submit(Submission submission, Completion completion) override;
  [[nodiscard]] Result<void> close() override;

  // One sentence on how open() found the log: as it was closed, or after a crash.
  [[nodiscard]] std::string opening() const;

  // Why the store takes no writes, or soon will not; none while all is well. It never mends itself:
  // close it and open it again. Costs no disk.
  [[nodiscard]] std::optional<Error> failure() const;

  // The log, for reading it forward from any sequence. Null once the store is closed; readers must
  // be gone before that.
  [[nodiscard]] const EventLog* log() const;

 private:
  struct Parts;
  explicit RocksStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// Where the two databases of a store are.
[[nodiscard]] std::filesystem::path log_directory(const std::filesystem::path& data_directory);
[[nodiscard]] std::filesystem::path projections_directory(
    const std::filesystem::path& data_directory);

}  // namespace rounds
