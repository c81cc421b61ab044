#include "store/async_store.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include "store/event_wait.hpp"

namespace rounds {
namespace asio = boost::asio;

// The threads that read, and the count of what is under way.
class AsyncStore::Operations {
 public:
  explicit Operations(const AsyncStoreOptions& options)
      : max_pending_reads_(options.max_pending_reads),
        read_finished_(options.read_finished),
        pool_(options.read_threads) {}

  [[nodiscard]] asio::any_io_executor executor() { return pool_.get_executor(); }

  // False, and nothing begun, if there are max_pending_reads of them already.
  [[nodiscard]] bool begin_read() {
    const std::lock_guard lock(mutex_);
    if (pending_reads_ == max_pending_reads_) return false;
    ++pending_reads_;
    ++under_way_;
    return true;
  }

  void end_read() {
    const std::lock_guard lock(mutex_);
    --pending_reads_;
    end_locked();
  }

  void begin_write() {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }

  void begin_wait(const std::shared_ptr<EventWait>& wait) {
    const std::lock_guard lock(mutex_);
    waits_.insert(wait);
    ++under_way_;
  }

  void end_wait(const std::shared_ptr<EventWait>& wait) {
    const std::lock_guard lock(mutex_);
    waits_.erase(wait);
    end_locked();
  }

  void end_write() {
    const std::lock_guard lock(mutex_);
    end_locked();
  }

  // Ends what waits for events, waits until nothing is under way and the pool has run every handler
  // that was posted to it.
  void finish() {
    {
      std::unique_lock lock(mutex_);
      for (const auto& wait : waits_) wait->stop();
      idle_.wait(lock, [this] { return under_way_ == 0; });
    }
    pool_.join();
  }

  [[nodiscard]] std::size_t max_pending_reads() const { return max_pending_reads_; }

  void tell(std::string_view name, std::chrono::nanoseconds taken) const {
    if (read_finished_) read_finished_(name, taken);
  }

 private:
  // Notifies under the lock: once finish() sees zero, this object may be gone.
  void end_locked() {
    if (--under_way_ == 0) idle_.notify_all();
  }

  const std::size_t max_pending_reads_;
  const std::function<void(std::string_view, std::chrono::nanoseconds)> read_finished_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t pending_reads_ = 0;
  std::size_t under_way_ = 0;
  std::set<std::shared_ptr<EventWait>> waits_;  // a part of those under way
  asio::thread_pool pool_;
};

namespace {

Error too_many_reads(std::size_t limit) {
  return {ErrorCode::overloaded,
          fmt::format("{} reads are waiting for the store already; retry later", limit)};
}

// A library below may throw, for want of memory above all; on a thread of the pool that would end
// the process.
template <typename T, typename Operation>
Result<T> run_guarded(Operation& operation, SignatureStore& store) {
  try {
    return operation(store);
  } catch (const std::exception& exception) {
    return fail(ErrorCode::io_error,
                fmt::format("a read of the store failed: {}", exception.what()));
  }
}

}  // namespace

AsyncStore::AsyncStore(SignatureStore& store, const AsyncStoreOptions& options)
    : store_(store), operations_(std::make_unique<Operations>(options)) {}

AsyncStore::~AsyncStore() {
  operations_->finish();
}

boost::asio::any_io_executor AsyncStore::pool_executor() const {
  return operations_->executor();
}

template <typename T>
void AsyncStore::start_read(std::string_view name, Read<T> operation, Deliver<T> deliver) {
  if (!operations_->begin_read()) {
    deliver(std::unexpected(too_many_reads(operations_->max_pending_reads())));
    return;
  }
  asio::post(operations_->executor(), [this, name, operation = std::move(operation),
                                       deliver = std::move(deliver)]() mutable {
    const auto start = std::chrono::steady_clock::now();
    Result<T> result = run_guarded<T>(operation, store_);
    operations_->tell(name, std::chrono::steady_clock::now() - start);
    deliver(std::move(result));
    operations_->end_read();
  });
}

void AsyncStore::start_write(Submission submission, Deliver<Commit> deliver) {
  operations_->begin_write();
  store_.submit(std::move(submission),
                [this, deliver = std::move(deliver)](Result<Commit> outcome) mutable {
                  deliver(std::move(outcome));
                  operations_->end_write();
                });
}

void AsyncStore::start_next(std::shared_ptr<Subscription> subscription, std::size_t max_events,
                            std::optional<std::chrono::milliseconds> timeout,
                            Deliver<std::vector<Event>> deliver) {
  auto wait =
      std::make_shared<EventWait>(operations_->executor(), std::move(subscription), max_events);
  operations_->begin_wait(wait);
  wait->start(timeout, [this, wait,
                        deliver = std::move(deliver)](Result<std::vector<Event>> events) mutable {
    deliver(std::move(events));
    operations_->end_wait(wait);
  });
}

template void AsyncStore::start_read(std::string_view, Read<std::unique_ptr<Subscription>>,
                                     Deliver<std::unique_ptr<Subscription>>);
template void AsyncStore::start_read(std::string_view, Read<std::optional<Signature>>,
                                     Deliver<std::optional<Signature>>);
template void AsyncStore::start_read(std::string_view, Read<SignaturePage>, Deliver<SignaturePage>);
template void AsyncStore::start_read(std::string_view, Read<HistoryPage>, Deliver<HistoryPage>);
template void AsyncStore::start_read(std::string_view, Read<StoreStats>, Deliver<StoreStats>);
template void AsyncStore::start_read(std::string_view, Read<StoreMetrics>, Deliver<StoreMetrics>);
template void AsyncStore::start_read(std::string_view, Read<std::vector<Signature>>,
                                     Deliver<std::vector<Signature>>);

}  // namespace rounds
