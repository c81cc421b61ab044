#include "store/rocks_store.hpp"

#include <mutex>
#include <shared_mutex>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"
#include "eventlog/event_log.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"
#include "store/committer.hpp"
#include "store/projector.hpp"

namespace rounds {

// In the order in which they are built; each uses those above it.
struct RocksStore::Parts {
  RocksStoreOptions options;
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ProjectionDatabase> database;
  OpenProjections projections;
  std::unique_ptr<Projector> projector;
  std::unique_ptr<Committer> committer;

  // Queries hold it shared while they run, close() exclusively: nothing is torn down under a
  // reader.
  std::shared_mutex lifetime;
  bool closed = false;  // guarded by lifetime
  std::mutex closing;   // one close() at a time

  // Runs `query` unless the store is closed.
  template <typename Query>
  auto run(const Query& query) -> decltype(query()) {
    const std::shared_lock lock(lifetime);
    if (closed) return std::unexpected(store_closed());
    return query();
  }
};

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::filesystem::path& data_directory,
                                                     RocksStoreOptions options) {
  ROUNDS_CHECK(options.clock != nullptr && options.ids != nullptr, "a store needs a clock and ids");
  auto parts = std::make_unique<Parts>();
  parts->options = std::move(options);
  const RocksStoreOptions& chosen = parts->options;
  EventLogOptions log_options;
  log_options.create_if_missing = chosen.create_if_missing;
  log_options.statistics = chosen.log_statistics;
  log_options.env = chosen.env;
  log_options.watermark_sync_interval = chosen.watermark_sync_interval;
  auto log = EventLog::open(log_directory(data_directory), log_options);
  if (!log) return std::unexpected(std::move(log.error()));
  parts->log = *std::move(log);
  auto database =
      ProjectionDatabase::open(projections_directory(data_directory), parts->log->id(), chosen.env);
  if (!database) return std::unexpected(std::move(database.error()));
  parts->database = *std::move(database);
  auto projections = catch_up(
      *parts->log, *parts->database, parts->database->active(), parts->database->checkpoint(),
      LayerLimits{chosen.layer_signatures, chosen.layer_events}, chosen.catch_up_progress);
  if (!projections) return std::unexpected(std::move(projections.error()));
  parts->projections = *std::move(projections);
  parts->projector = std::make_unique<Projector>(parts->projections, *parts->database);
  LifecyclePolicy policy = chosen.policy;
  if (!chosen.coalesce_occurrences) policy.sample_exemplars = false;
  parts->committer = std::make_unique<Committer>(
      *parts->log, *parts->projections.live, *parts->projector, *chosen.clock, *chosen.ids,
      GroupPlanner::Options{policy, chosen.coalesce_occurrences});
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(parts)));
}

RocksStore::RocksStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

RocksStore::~RocksStore() {
  static_cast<void>(close());
}

Result<std::optional<Signature>> RocksStore::get_by_id(const SignatureId& id) {
  return parts_->run([&] { return parts_->projections.live->get_by_id(id); });
}

Result<std::optional<Signature>> RocksStore::get_by_fingerprint(std::string_view fingerprint) {
  return parts_->run(
      [&] { return parts_->projections.live->get_by_fingerprint(HashedText(fingerprint)); });
}

Result<SignaturePage> RocksStore::list(const SignatureQuery& query) {
  return parts_->run([&] { return parts_->projections.live->list(query); });
}

Result<HistoryPage> RocksStore::history(const SignatureId& id, const HistoryQuery& query) {
  return parts_->run([&]() -> Result<HistoryPage> {
    auto found = parts_->projections.live->history(id, query);
    if (!found) return std::unexpected(std::move(found.error()));
    auto events = parts_->log->read_each(found->sequences);
    if (!events) return std::unexpected(std::move(events.error()));
    Version expected = query.after;
    for (const Event& event : *events) {
      if (event.signature_id == id && event.version == ++expected) continue;
      return fail(
          ErrorCode::corruption,
          fmt::format("the history index of signature {} names event {}, which is version {} "
                      "of signature {}; rebuild it with rounds-replay",
                      id.to_string(), event.sequence, event.version,
                      event.signature_id.to_string()));
    }
    return HistoryPage{*std::move(events), found->next, found->sequence};
  });
}

Result<StoreStats> RocksStore::get_stats() {
  return parts_->run([&]() -> Result<StoreStats> { return parts_->projections.live->get_stats(); });
}

void RocksStore::submit(Submission submission, Completion completion) {
  // Once closed, the committer's queue answers.
  parts_->committer->submit(std::move(submission), std::move(completion));
}

Result<void> RocksStore::close() {
  const std::lock_guard closing(parts_->closing);
  {
    const std::shared_lock lock(parts_->lifetime);
    if (parts_->closed) return {};
  }
  // Queries may go on while the last writes are finished.
  parts_->committer->stop();
  const auto written = parts_->projector->stop();
  const std::unique_lock lock(parts_->lifetime);
  parts_->closed = true;
  parts_->projections = {};  // its snapshots go before the database
  const auto closed_projections = parts_->database->close();
  const auto closed_log = parts_->log->close();
  for (const auto& result : {closed_log, written, closed_projections}) {
    if (!result) return result;
  }
  return {};
}

std::string RocksStore::opening() const {
  return parts_->log->opening().describe();
}

std::optional<Error> RocksStore::failure() const {
  if (auto failed = parts_->log->failure()) return failed;
  return parts_->projector->failure();
}

const EventLog* RocksStore::log() const {
  const std::shared_lock lock(parts_->lifetime);
  return parts_->closed ? nullptr : parts_->log.get();
}

std::filesystem::path log_directory(const std::filesystem::path& data_directory) {
  return data_directory / "log";
}

std::filesystem::path projections_directory(const std::filesystem::path& data_directory) {
  return data_directory / "projections";
}

}  // namespace rounds
