#include "store/supervised_store.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "store/disk_reserve.hpp"
#include "store/log_subscription.hpp"

namespace rounds {

using Kind = StoreIncident::Kind;

class SupervisedStore::Watch {
 public:
  Watch(std::filesystem::path data_directory, SupervisedStoreOptions options)
      : data_directory_(std::move(data_directory)), options_(std::move(options)) {}

  [[nodiscard]] Result<void> start() {
    RocksStoreOptions first = store_options();
    env_ = first.env;
    reserve_ = std::make_unique<DiskReserve>(data_directory_, options_.reserve_bytes, env_);
    auto opened = RocksStore::open(data_directory_, std::move(first));
    if (opened) {
      report(Kind::opened, (*opened)->opening());
      // Before anybody can subscribe, or he would hear that the log has no events.
      tail_.advance((*opened)->log()->last_sequence());
    }
    {
      const std::lock_guard lock(mutex_);
      closed_ = !opened.has_value();
      if (!opened) return std::unexpected(std::move(opened.error()));
      store_ = *std::move(opened);
      was_opened_ = true;
    }
    hold_reserve();
    thread_ = std::thread([this] { run(); });
    return {};
  }

  // The open store. Errors: unavailable says why there is none.
  [[nodiscard]] Result<std::shared_ptr<RocksStore>> store() {
    const std::lock_guard lock(mutex_);
    if (closed_) return std::unexpected(store_closed());
    if (store_) return store_;
    return fail(ErrorCode::unavailable, why_none_locked());
  }

  [[nodiscard]] const StoreCounters& counters() const { return *counters_; }

  [[nodiscard]] StoreCondition condition() {
    using State = StoreCondition::State;
    const std::lock_guard lock(mutex_);
    StoreCondition condition;
    if (closed_) return {State::closed, store_closed().message};
    if (!store_) {
      condition.state = was_opened_ ? State::reopening : State::opening;
      condition.reason = why_none_locked();
      condition.events_done = events_done_.load();
      condition.events_total = events_total_.load();
    } else if (const auto failure = store_->failure()) {
      condition.state = State::failed;
      condition.reason = failure->message;
    } else {
      condition.state = State::ready;
      return condition;
    }
    condition.disk_is_full = disk_is_full_.load();
    return condition;
  }

  // Looks at the store soon: something failed.
  void look() {
    const std::lock_guard lock(mutex_);
    look_ = true;
    changed_.notify_all();
  }

  // Errors: that of store() while it is being opened; those of LogTail::join().
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(Sequence from) {
    if (const auto open = store(); !open) return std::unexpected(open.error());
    return LogSubscription::open(tail_, from, [this](Sequence next, std::size_t max_events) {
      return read_events(next, max_events);
    });
  }

  [[nodiscard]] Result<void> close() {
    const std::lock_guard closing(closing_);
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return {};
      stopping_ = true;
      changed_.notify_all();
    }
    tail_.close();
    if (thread_.joinable()) thread_.join();
    Result<void> result = was_opened_ ? close_store() : Result<void>{};
    const std::lock_guard lock(mutex_);
    closed_ = true;
    store_.reset();
    return result;
  }

 private:
  void report(Kind kind, std::string message) const { options_.report({kind, std::move(message)}); }

  [[nodiscard]] RocksStoreOptions store_options() {
    RocksStoreOptions options = options_.store();
    options.projections_rebuilding = [this](const std::string& why) { report(Kind::warning, why); };
    options.committed = [this](Sequence end) { tail_.advance(end); };
    events_done_ = 0;
    events_total_ = 0;
    options.catch_up_progress = [this](std::uint64_t done, std::uint64_t total) {
      events_done_ = done;
      events_total_ = total;
    };
    options.counters = counters_;
    return options;
  }

  [[nodiscard]] std::string why_none_locked() const {
    if (was_opened_) {
      return fmt::format("the store is being opened again after a failure: {}", reason_);
    }
    const std::uint64_t total = events_total_.load();
    if (total == 0) return "the store is being opened";
    return fmt::format("the store is being opened: {} of {} events were read from the log",
                       events_done_.load(), total);
  }

  void look_at_free_space() {
    std::uint64_t free = 0;
    const auto asked =
        file_system_of(env_).GetFreeSpace(data_directory_.string(), {}, &free, nullptr);
    disk_is_full_ = asked.ok() && free < options_.resume_free_bytes;
  }

  void hold_reserve() {
    if (const auto held = reserve_->hold(); !held) {
      report(Kind::warning,
             fmt::format("no space is kept for a full disk: {}", held.error().message));
    }
  }

  void run() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, options_.watch_interval, [this] { return stopping_ || look_; });
        if (stopping_) return;
        look_ = false;
      }
      const auto failure = store_->failure();  // only this thread changes store_
      if (!failure) continue;
      look_at_free_space();
      report(Kind::failed, failure->message);
      if (!recover()) return;
    }
  }

  // Tries until the store is open again; false if it is to stop before.
  [[nodiscard]] bool recover() {
    auto pause = options_.first_retry;
    std::string told;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        if (changed_.wait_for(lock, pause, [this] { return stopping_; })) return false;
      }
      const auto reopened = reopen();
      if (reopened) break;
      look_at_free_space();
      if (reopened.error().message != told) report(Kind::waiting, reopened.error().message);
      told = reopened.error().message;
      pause = std::min(2 * pause, options_.longest_retry);
    }
    report(Kind::resumed, store_->opening());
    hold_reserve();
    return true;
  }

  [[nodiscard]] Result<void> reopen() {
    // Queries lose their store from here on, so first see whether there is a point.
    if (auto ready = reserve_->probe(options_.resume_free_bytes); !ready) return ready;
    drop_store("it is being closed");
    auto opened = RocksStore::open(data_directory_, store_options());
    {
      const std::lock_guard lock(mutex_);
      if (!opened) {
        reason_ = opened.error().message;
        return std::unexpected(std::move(opened.error()));
      }
      store_ = *std::move(opened);
    }
    // Again behind it, or what is committed meanwhile would be missed. Only this thread changes
    // store_.
    tail_.resume(store_->log()->last_sequence());
    tail_.advance(store_->log()->last_sequence());
    return {};
  }

  // For subscriptions: a store that is gone has nothing to read, and they wait for the next one.
  [[nodiscard]] Result<std::vector<Event>> read_events(Sequence from, std::size_t max_events) {
    const auto open = store();
    if (!open) return std::vector<Event>{};
    auto events = (*open)->read_events(from, max_events);
    if (!events && events.error().code == ErrorCode::unavailable) return std::vector<Event>{};
    return events;
  }

  void drop_store(std::string reason) {
    tail_.suspend();
    std::shared_ptr<RocksStore> old;
    {
      const std::lock_guard lock(mutex_);
      old = std::exchange(store_, nullptr);
      reason_ = std::move(reason);
    }
    // What it failed at was reported; what it says now adds nothing.
    if (old) static_cast<void>(old->close());
  }

  [[nodiscard]] Result<void> close_store() {
    if (store_ && !store_->failure()) {
      if (auto closed = store_->close(); closed || !store_->failure()) return closed;
    }
    drop_store("it is being closed");
    if (auto released = reserve_->release(); !released) {
      report(Kind::warning, released.error().message);
    }
    auto opened = RocksStore::open(data_directory_, store_options());
    if (!opened) return std::unexpected(std::move(opened.error()));
    return (*opened)->close();
  }

  const std::filesystem::path data_directory_;
  const SupervisedStoreOptions options_;
  std::unique_ptr<DiskReserve> reserve_;
  rocksdb::Env* env_ = nullptr;  // of all openings; set by start()
  const std::shared_ptr<StoreCounters> counters_ = std::make_shared<StoreCounters>();
  // Of the opening that is under way.
  std::atomic<std::uint64_t> events_done_ = 0;
  std::atomic<std::uint64_t> events_total_ = 0;
  std::atomic<bool> disk_is_full_ = false;  // when it was last looked at, after a failure
  LogTail tail_;                            // of whichever store is open
  std::mutex closing_;                      // one close() at a time
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<RocksStore> store_;  // null: being opened; guarded by mutex_
  std::string reason_;                 // why it is null; guarded by mutex_
  bool was_opened_ = false;            // once; guarded by mutex_
  bool look_ = false;                  // guarded by mutex_
  bool stopping_ = false;              // guarded by mutex_
  bool closed_ = false;                // guarded by mutex_
  std::thread thread_;
};

Result<std::unique_ptr<SupervisedStore>> SupervisedStore::open(
    const std::filesystem::path& data_directory, SupervisedStoreOptions options) {
  auto store = create(data_directory, std::move(options));
  if (auto started = store->start(); !started) return std::unexpected(std::move(started.error()));
  return store;
}

std::unique_ptr<SupervisedStore> SupervisedStore::create(
    const std::filesystem::path& data_directory, SupervisedStoreOptions options) {
  auto watch = std::make_unique<Watch>(data_directory, std::move(options));
  return std::unique_ptr<SupervisedStore>(new SupervisedStore(std::move(watch)));
}

Result<void> SupervisedStore::start() {
  return watch_->start();
}

StoreCondition SupervisedStore::condition() const {
  return watch_->condition();
}

const StoreCounters& SupervisedStore::counters() const {
  return watch_->counters();
}

Result<StoreMetrics> SupervisedStore::metrics() {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->metrics();
}

SupervisedStore::SupervisedStore(std::unique_ptr<Watch> watch) : watch_(std::move(watch)) {}

SupervisedStore::~SupervisedStore() {
  static_cast<void>(close());
}

Result<std::optional<Signature>> SupervisedStore::get_by_id(const SignatureId& id) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->get_by_id(id);
}

Result<std::optional<Signature>> SupervisedStore::get_by_fingerprint(std::string_view fingerprint) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->get_by_fingerprint(fingerprint);
}

std::vector<bool> SupervisedStore::recall(std::span<const std::string_view> fingerprints) {
  const auto store = watch_->store();
  if (!store) return std::vector<bool>(fingerprints.size());
  return (*store)->recall(fingerprints);
}

Result<SignaturePage> SupervisedStore::list(const SignatureQuery& query) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->list(query);
}

Result<HistoryPage> SupervisedStore::history(const SignatureId& id, const HistoryQuery& query) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->history(id, query);
}

Result<StoreStats> SupervisedStore::get_stats() {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->get_stats();
}

Result<std::unique_ptr<Subscription>> SupervisedStore::subscribe(Sequence from) {
  return watch_->subscribe(from);
}

Result<std::optional<Signature>> SupervisedStore::as_of(const SignatureId& id,
                                                        const Moment& moment) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->as_of(id, moment);
}

Result<StoreStats> SupervisedStore::get_stats_as_of(const Moment& moment) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  return (*store)->get_stats_as_of(moment);
}

void SupervisedStore::submit(Submission submission, Completion completion) {
  const auto store = watch_->store();
  if (!store) {
    completion(std::unexpected(store.error()));
    return;
  }
  Watch& watch = *watch_;
  (*store)->submit(std::move(submission),
                   [&watch, completion = std::move(completion)](Result<Commit> outcome) mutable {
                     const bool failed =
                         !outcome && (outcome.error().code == ErrorCode::io_error ||
                                      outcome.error().code == ErrorCode::unavailable);
                     if (failed) watch.look();
                     completion(std::move(outcome));
                   });
}

Result<Backup> SupervisedStore::create_backup(const std::filesystem::path& backup_directory,
                                              const std::stop_token& stop) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  auto backup = (*store)->create_backup(backup_directory, stop);
  // It may have been the log's disk that failed, not that of the backups.
  if (!backup && backup.error().code == ErrorCode::io_error) watch_->look();
  return backup;
}

Result<Sequence> SupervisedStore::rebuild(
    const std::vector<std::string>& chosen,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress,
    const std::stop_token& stop) {
  const auto store = watch_->store();
  if (!store) return std::unexpected(store.error());
  auto rebuilt = (*store)->rebuild(chosen, progress, stop);
  if (!rebuilt && rebuilt.error().code == ErrorCode::io_error) watch_->look();
  return rebuilt;
}

Result<void> SupervisedStore::close() {
  return watch_->close();
}

}  // namespace rounds
