#include "store/supervised_store.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "store/disk_reserve.hpp"

namespace rounds {

using Kind = StoreIncident::Kind;

class SupervisedStore::Watch {
 public:
  Watch(std::filesystem::path data_directory, SupervisedStoreOptions options)
      : data_directory_(std::move(data_directory)), options_(std::move(options)) {}

  [[nodiscard]] Result<void> start() {
    RocksStoreOptions first = options_.store();
    reserve_ = std::make_unique<DiskReserve>(data_directory_, options_.reserve_bytes, first.env);
    auto opened = RocksStore::open(data_directory_, std::move(first));
    if (!opened) return std::unexpected(std::move(opened.error()));
    report(Kind::opened, (*opened)->opening());
    store_ = *std::move(opened);
    hold_reserve();
    thread_ = std::thread([this] { run(); });
    return {};
  }

  // The open store. Errors: unavailable says why there is none.
  [[nodiscard]] Result<std::shared_ptr<RocksStore>> store() {
    const std::lock_guard lock(mutex_);
    if (closed_) return std::unexpected(store_closed());
    if (store_) return store_;
    return fail(ErrorCode::unavailable,
                fmt::format("the store is being opened again after a failure: {}", reason_));
  }

  // Looks at the store soon: something failed.
  void look() {
    const std::lock_guard lock(mutex_);
    look_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] Result<void> close() {
    const std::lock_guard closing(closing_);
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return {};
      stopping_ = true;
      changed_.notify_all();
    }
    thread_.join();
    Result<void> result = close_store();
    const std::lock_guard lock(mutex_);
    closed_ = true;
    store_.reset();
    return result;
  }

 private:
  void report(Kind kind, std::string message) const { options_.report({kind, std::move(message)}); }

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
    auto opened = RocksStore::open(data_directory_, options_.store());
    const std::lock_guard lock(mutex_);
    if (!opened) {
      reason_ = opened.error().message;
      return std::unexpected(std::move(opened.error()));
    }
    store_ = *std::move(opened);
    return {};
  }

  void drop_store(std::string reason) {
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
    auto opened = RocksStore::open(data_directory_, options_.store());
    if (!opened) return std::unexpected(std::move(opened.error()));
    return (*opened)->close();
  }

  const std::filesystem::path data_directory_;
  const SupervisedStoreOptions options_;
  std::unique_ptr<DiskReserve> reserve_;
  std::mutex closing_;  // one close() at a time
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<RocksStore> store_;  // null: being opened; guarded by mutex_
  std::string reason_;                 // why it is null; guarded by mutex_
  bool look_ = false;                  // guarded by mutex_
  bool stopping_ = false;              // guarded by mutex_
  bool closed_ = false;                // guarded by mutex_
  std::thread thread_;
};

Result<std::unique_ptr<SupervisedStore>> SupervisedStore::open(
    const std::filesystem::path& data_directory, SupervisedStoreOptions options) {
  auto watch = std::make_unique<Watch>(data_directory, std::move(options));
  if (auto started = watch->start(); !started) return std::unexpected(std::move(started.error()));
  return std::unique_ptr<SupervisedStore>(new SupervisedStore(std::move(watch)));
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

Result<void> SupervisedStore::close() {
  return watch_->close();
}

}  // namespace rounds
