// The store on disk: an embedded, event-sourced store of signatures on RocksDB.
//
//   data directory/log          the event log, the only truth (eventlog/)
//   data directory/projections  derived from it (projections/), may be deleted while no store is
//                               open; built anew at open if it is missing or damaged
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
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/backup.hpp"
#include "core/ids.hpp"
#include "core/signature_store.hpp"
#include "eventlog/watermark.hpp"
#include "projections/layer_limits.hpp"
#include "projections/projection.hpp"
#include "store/store_metrics.hpp"
#include "store/store_options.hpp"

namespace rocksdb {
class Env;
class Statistics;
}  // namespace rocksdb

namespace rounds {

class EventLog;

struct RocksStoreOptions : StoreOptions {
  bool create_if_missing = true;
  // False: one event for each occurrence instead of one per signature and commit group. Which of
  // them have exemplars is decided alike; exemplars_per_hour = 0 keeps that of each.
  bool coalesce_occurrences = true;
  // How much may change before it is written to the projections' disk; a crash costs reading as
  // much again.
  std::size_t layer_signatures = LayerLimits{}.signatures;
  std::size_t layer_events = LayerLimits{}.events;
  // Counts what RocksDB does in the log, to prove that queries do nothing there. Null: not counted.
  std::shared_ptr<rocksdb::Statistics> log_statistics;
  // The file system that the data directory is on; must outlive the store. Null: that of the
  // machine. Tests inject faults here.
  rocksdb::Env* env = nullptr;
  // How old the durable watermark of the log may be (docs/reliability.md).
  std::chrono::milliseconds watermark_sync_interval = default_watermark_sync_interval;
  // What the store counts; never null. Shared with whoever goes on counting after it.
  std::shared_ptr<StoreCounters> counters = std::make_shared<StoreCounters>();
  // Told the end of the log after each commit, on the thread that did it, one at a time; must not
  // block or write. Null: nobody.
  std::function<void(Sequence)> committed;
  // Told about each commit group when its callers have been told, as above. Null: nobody.
  std::function<void(const GroupCommit&)> group_finished;
  // Told about the catch-up at open: events done and to do.
  std::function<void(std::uint64_t, std::uint64_t)> catch_up_progress;
  // Whether open() may build projections that cannot be used as they are: missing, damaged, or of
  // an earlier release. If not, it fails and names the command that builds them.
  ProjectionRebuild rebuild = ProjectionRebuild::automatic;
  // Told in one sentence what of the projections is about to be built at open and why: all of them
  // take as long as reading the whole log. Null: opening() tells afterwards.
  std::function<void(const std::string&)> projections_rebuilding;
};

class RocksStore final : public SignatureStore {
 public:
  // Opens the store in `data_directory`, creating it if the options say so, and brings the
  // projections up to date with the log. Costs folding the events since the last checkpoint, at
  // most two layers of them (layer_events); reading the rows if an earlier release had not all of
  // today's indexes, and all of the log if the projections are missing or damaged, which are then
  // built anew. Errors: in_use; data_missing if it is not there and may not be created; corruption
  // of the log, also when it has lost events that the projections have seen; unsupported for data
  // of a newer release, of which nothing is changed; refused, or what is wrong, for projections
  // that would have to be built and may not; io_error.
  [[nodiscard]] static Result<std::unique_ptr<RocksStore>> open(
      const std::filesystem::path& data_directory, RocksStoreOptions options = {});

  // Like close(), without its errors.
  ~RocksStore() override;

  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override;
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) override;
  [[nodiscard]] std::vector<bool> recall(std::span<const std::string_view> fingerprints) override;
  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override;
  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override;
  [[nodiscard]] Result<StoreStats> get_stats() override;
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(Sequence from) override;

  [[nodiscard]] Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                       const Moment& moment) override;
  // close() makes it give up: unavailable.
  [[nodiscard]] Result<StoreStats> get_stats_as_of(const Moment& moment) override;
  void submit(Submission submission, Completion completion) override;
  // Writes on this thread if nothing else is to be written.
  [[nodiscard]] Result<Commit> submit_and_wait(Submission submission) override;
  [[nodiscard]] Result<void> close() override;

  // What a subscription at `from` would give now, for one that outlives this store: at most
  // `max_events`, none behind the last event that queries see. Errors: those of
  // Subscription::poll().
  [[nodiscard]] Result<std::vector<Event>> read_events(Sequence from, std::size_t max_events);

  // One sentence on how open() found the store: as it was closed, or after a crash, and whether the
  // projections had to be built anew.
  [[nodiscard]] std::string opening() const;

  // Why the store takes no writes, or soon will not; none while all is well. It never mends itself:
  // close it and open it again. Costs no disk.
  [[nodiscard]] std::optional<Error> failure() const;

  // What was counted, and how things stand now. Costs at most one point read of the log and what
  // database_metrics() says, twice. Errors: unavailable once closed; corruption, io_error.
  [[nodiscard]] Result<StoreMetrics> metrics();

  // Makes a backup of the log, which holds every write acknowledged before the call; writes and
  // queries go on. What it costs, when it is given up and which errors there are is said of
  // create_log_backup() (eventlog/log_backup.hpp); close() makes it give up as `stop` does.
  [[nodiscard]] Result<Backup> create_backup(const std::filesystem::path& backup_directory,
                                             const std::stop_token& stop = {});

  // Builds `chosen` (names as rounds-replay takes them; empty: all) from the log and puts them in
  // the place of the old ones, while writes and queries go on. Returns the last event that they
  // held then. Runs on the calling thread and two of its own with a low priority, which write no
  // more than 64 MiB in a second; takes 512 MiB of memory and, for a time, the space of the
  // projections once more. What the layers in memory hold is taken for right. `progress` is called
  // on another thread. Errors: invalid_argument; conflict while another one is running; corruption,
  // of the log; unavailable when asked to stop, which close() does as well; io_error. The old ones
  // then stay.
  [[nodiscard]] Result<Sequence> rebuild(
      const std::vector<std::string>& chosen,
      const std::function<void(std::uint64_t, std::uint64_t)>& progress = nullptr,
      const std::stop_token& stop = {});

  // The log, for reading it forward from any sequence. Null once the store is closed; readers must
  // be gone before that.
  [[nodiscard]] const EventLog* log() const;

 private:
  struct Parts;
  explicit RocksStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// The projections that RocksStore::rebuild() takes.
[[nodiscard]] std::vector<std::string> projection_names();

// Where the two databases of a store are.
[[nodiscard]] std::filesystem::path log_directory(const std::filesystem::path& data_directory);
[[nodiscard]] std::filesystem::path projections_directory(
    const std::filesystem::path& data_directory);

}  // namespace rounds
