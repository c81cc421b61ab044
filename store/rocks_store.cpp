#include "store/rocks_store.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/log_backup.hpp"
#include "projections/open_projections.hpp"
#include "store/committer.hpp"
#include "store/exemplar_sampler.hpp"
#include "store/log_subscription.hpp"
#include "store/online_rebuild.hpp"
#include "store/past.hpp"
#include "store/projector.hpp"
#include "store/repetitions.hpp"
#include "store/thread_name.hpp"

namespace rounds {

// In the order in which they are built; each uses those above it.
struct RocksStore::Parts {
  RocksStoreOptions options;
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ProjectionDatabase> database;
  OpenProjections projections;
  std::optional<std::string> rebuilt;  // what was built of the projections at open, and why
  std::optional<Repetitions> repetitions;
  std::optional<ExemplarSampler> exemplars;
  std::uint64_t damaged_keys = 0;  // records of them
  LogTail tail;
  std::unique_ptr<Projector> projector;
  std::unique_ptr<Committer> committer;

  // Queries hold it shared while they run, close() exclusively: nothing is torn down under a
  // reader.
  std::shared_mutex lifetime;
  bool closed = false;  // guarded by lifetime
  std::mutex closing;   // one close() at a time
  // What takes long, backups and rebuilds among it, is asked to stop by close(), which would have
  // to wait for it.
  std::stop_source closing_soon;
  std::mutex reading_the_log;  // held by the one query that reads it from the start
  std::atomic<bool> is_rebuilding = false;

  void note_commit(Sequence end) {
    tail.advance(end);
    if (options.committed) options.committed(end);
  }

  // Runs `query` unless the store is closed.
  template <typename Query>
  auto run(const Query& query) -> decltype(query()) {
    const std::shared_lock lock(lifetime);
    if (closed) return std::unexpected(store_closed());
    return query();
  }

  // How long ago the first event that is not on the projections' disk was committed.
  [[nodiscard]] Result<double> projector_lag_seconds(const StoreMetrics& metrics) const {
    if (metrics.log_sequence == metrics.projected_sequence) return 0.0;
    const std::array first{metrics.projected_sequence + 1};
    const auto events = log->read_each(first);
    if (!events) return std::unexpected(events.error());
    const std::chrono::duration<double> age = options.clock->now() - events->front().time;
    return std::max(0.0, age.count());
  }

  // The place of `moment` among what queries see.
  [[nodiscard]] Result<Sequence> find(const Moment& moment) const {
    return log->sequence_at(moment, projections.live->sequence());
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
  log_options.sync_durations = chosen.counters->sync_durations;
  auto log = EventLog::open(log_directory(data_directory), log_options);
  if (!log) return std::unexpected(std::move(log.error()));
  parts->log = *std::move(log);
  OpenProjectionsOptions projection_options;
  projection_options.limits = {chosen.layer_signatures, chosen.layer_events};
  projection_options.progress = chosen.catch_up_progress;
  projection_options.env = chosen.env;
  projection_options.rebuild = chosen.rebuild;
  projection_options.rebuilding = chosen.projections_rebuilding;
  auto projections =
      open_projections(*parts->log, projections_directory(data_directory), projection_options);
  if (!projections) return std::unexpected(std::move(projections.error()));
  parts->database = std::move(projections->database);
  parts->projections = std::move(projections->open);
  parts->rebuilt = std::move(projections->rebuilt);
  parts->tail.advance(parts->log->last_sequence());
  parts->projector = std::make_unique<Projector>(parts->projections, *parts->database);
  if (chosen.dedup_window.count() > 0) {
    parts->repetitions.emplace(chosen.dedup_window);
    const auto loaded = parts->repetitions->load(*parts->log);
    if (!loaded) return std::unexpected(loaded.error());
    parts->damaged_keys = *loaded;
  }
  if (chosen.exemplars_per_hour > 0) {
    parts->exemplars.emplace(chosen.exemplars_per_hour);
    const auto loaded = parts->exemplars->load(*parts->log);
    if (!loaded) return std::unexpected(loaded.error());
    parts->damaged_keys += *loaded;
  }
  parts->committer = std::make_unique<Committer>(
      *parts->log, *parts->projections.live, *parts->projector, *chosen.clock, *chosen.ids,
      GroupPlanner::Options{chosen.policy, chosen.coalesce_occurrences,
                            parts->repetitions ? &*parts->repetitions : nullptr,
                            chosen.new_signatures_per_minute,
                            parts->exemplars ? &*parts->exemplars : nullptr},
      *chosen.counters, [&noting = *parts](Sequence end) { noting.note_commit(end); },
      chosen.group_finished);
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

std::vector<bool> RocksStore::recall(std::span<const std::string_view> fingerprints) {
  const std::shared_lock lock(parts_->lifetime, std::try_to_lock);
  if (!lock || parts_->closed) return std::vector<bool>(fingerprints.size());
  return parts_->projections.live->recall(fingerprints);
}

Result<SignaturePage> RocksStore::list(const SignatureQuery& query) {
  return parts_->run([&] { return parts_->projections.live->list(query); });
}

Result<HistoryPage> RocksStore::history(const SignatureId& id, const HistoryQuery& query) {
  return parts_->run([&]() -> Result<HistoryPage> {
    auto found = parts_->projections.live->history(id, query);
    if (!found) return std::unexpected(std::move(found.error()));
    auto events = read_history(*parts_->log, id, query.after, found->sequences);
    if (!events) return std::unexpected(std::move(events.error()));
    return HistoryPage{*std::move(events), found->next, found->sequence};
  });
}

Result<StoreStats> RocksStore::get_stats() {
  return parts_->run([&]() -> Result<StoreStats> { return parts_->projections.live->get_stats(); });
}

Result<std::unique_ptr<Subscription>> RocksStore::subscribe(Sequence from) {
  return LogSubscription::open(parts_->tail, from, [this](Sequence next, std::size_t max_events) {
    return read_events(next, max_events);
  });
}

Result<std::vector<Event>> RocksStore::read_events(Sequence from, std::size_t max_events) {
  if (auto valid = validate_limit(max_events); !valid) return std::unexpected(valid.error());
  return parts_->run([&]() -> Result<std::vector<Event>> {
    const Sequence end = parts_->tail.end();
    if (from > end) return std::vector<Event>{};
    const Sequence last = std::min(end, from - 1 + max_events);
    if (auto durable = parts_->log->make_durable(last); !durable) {
      return std::unexpected(std::move(durable.error()));
    }
    return parts_->log->read_batch(from, last, limits::max_batch_bytes);
  });
}

Result<std::optional<Signature>> RocksStore::as_of(const SignatureId& id, const Moment& moment) {
  return parts_->run([&]() -> Result<std::optional<Signature>> {
    const auto through = parts_->find(moment);
    if (!through) return std::unexpected(through.error());
    return signature_as_of(*parts_->log, *parts_->projections.live, id, *through);
  });
}

Result<StoreStats> RocksStore::get_stats_as_of(const Moment& moment) {
  return parts_->run([&]() -> Result<StoreStats> {
    const std::unique_lock one_at_a_time(parts_->reading_the_log, std::try_to_lock);
    if (!one_at_a_time) {
      return fail(ErrorCode::overloaded,
                  "statistics of the past are being counted from the log already; retry later");
    }
    const auto through = parts_->find(moment);
    if (!through) return std::unexpected(through.error());
    return stats_as_of(*parts_->log, *through, parts_->closing_soon.get_token());
  });
}

void RocksStore::submit(Submission submission, Completion completion) {
  // Once closed, the committer's queue answers.
  parts_->committer->submit(std::move(submission), std::move(completion));
}

Result<Commit> RocksStore::submit_and_wait(Submission submission) {
  return parts_->committer->submit_and_wait(std::move(submission));
}

Result<void> RocksStore::close() {
  const std::lock_guard closing(parts_->closing);
  {
    const std::shared_lock lock(parts_->lifetime);
    if (parts_->closed) return {};
  }
  parts_->closing_soon.request_stop();
  parts_->tail.close();
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

Result<Backup> RocksStore::create_backup(const std::filesystem::path& backup_directory,
                                         const std::stop_token& stop) {
  std::stop_source either;
  const auto give_up = [&either] { either.request_stop(); };
  const std::stop_callback when_asked(stop, give_up);
  const std::stop_callback when_closing(parts_->closing_soon.get_token(), give_up);
  return parts_->run([&] {
    return create_log_backup(*parts_->log, backup_directory, parts_->options.clock->now(), nullptr,
                             either.get_token());
  });
}

Result<Sequence> RocksStore::rebuild(
    const std::vector<std::string>& chosen,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress,
    const std::stop_token& stop) {
  std::vector<Projection> projections;
  for (const std::string& name : chosen) {
    const auto projection = parse_projection(name);
    if (!projection) return std::unexpected(projection.error());
    projections.push_back(*projection);
  }
  if (projections.empty()) projections.assign(all_projections.begin(), all_projections.end());
  if (parts_->is_rebuilding.exchange(true)) {
    return fail(ErrorCode::conflict, "a rebuild is running already; wait until it is done");
  }
  std::stop_source either;
  const auto give_up = [&either] { either.request_stop(); };
  const std::stop_callback when_asked(stop, give_up);
  const std::stop_callback when_closing(parts_->closing_soon.get_token(), give_up);
  auto rebuilt = parts_->run([&] {
    Result<Sequence> result = 0;
    std::thread([&] {
      name_this_thread("rebuild");
      lower_this_thread();
      result =
          rebuild_online(*parts_->log, *parts_->database, parts_->projections, *parts_->projector,
                         {parts_->options.layer_signatures, parts_->options.layer_events},
                         projections, progress, either.get_token());
    }).join();
    return result;
  });
  parts_->is_rebuilding = false;
  return rebuilt;
}

std::string RocksStore::opening() const {
  std::string text = parts_->log->opening().describe();
  if (parts_->damaged_keys > 0) {
    text +=
        "; its memory of what was counted of late is damaged: what is sent again may count twice";
  }
  if (parts_->rebuilt) text += "; " + *parts_->rebuilt;
  return text;
}

std::optional<Error> RocksStore::failure() const {
  if (auto failed = parts_->log->failure()) return failed;
  return parts_->projector->failure();
}

Result<StoreMetrics> RocksStore::metrics() {
  return parts_->run([&]() -> Result<StoreMetrics> {
    const StoreCounters& counters = *parts_->options.counters;
    StoreMetrics metrics;
    metrics.commit_durations_ns = counters.commit_durations.counts();
    metrics.sync_durations_ns = counters.sync_durations->counts();
    metrics.group_sizes = counters.group_sizes.counts();
    metrics.recorded_occurrences = counters.recorded_occurrences.load();
    metrics.appended_events = counters.appended_events.load();
    metrics.overflowed_occurrences = counters.overflowed_occurrences.load();
    metrics.keys_forgotten_early = counters.keys_forgotten_early.load();
    metrics.queue = parts_->committer->queue_depth();
    const LiveProjections& live = *parts_->projections.live;
    // In this order: the projections never hold more than queries see.
    metrics.projected_sequence = parts_->database->checkpoint();
    metrics.log_sequence = live.sequence();
    const auto lag = parts_->projector_lag_seconds(metrics);
    if (!lag) return std::unexpected(lag.error());
    metrics.projector_lag_seconds = *lag;
    metrics.layer_fill = live.fill_level();
    metrics.log = parts_->log->metrics();
    metrics.projections = live.metrics();
    return metrics;
  });
}

const EventLog* RocksStore::log() const {
  const std::shared_lock lock(parts_->lifetime);
  return parts_->closed ? nullptr : parts_->log.get();
}

std::vector<std::string> projection_names() {
  std::vector<std::string> names;
  names.reserve(all_projections.size());
  for (const Projection projection : all_projections) names.emplace_back(to_string(projection));
  return names;
}

std::filesystem::path log_directory(const std::filesystem::path& data_directory) {
  return data_directory / "log";
}

std::filesystem::path projections_directory(const std::filesystem::path& data_directory) {
  return data_directory / "projections";
}

}  // namespace rounds
