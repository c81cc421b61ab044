// The asynchronous front of a store: the port's functions with Boost.Asio completion tokens.
//
// Reads run on a small pool of threads, writes go through SignatureStore::submit(); nothing here
// blocks the calling thread, so that everything may be called on an io_context thread. All
// functions may be called from any thread at the same time.
//
// Each takes a completion token for void(Result<T>) (use_awaitable, use_future, a callback, ...):
//
//   Result<StoreStats> stats = co_await store.get_stats(asio::use_awaitable);
//
// The handler is always posted, never called inside the initiating function: to its associated
// executor, or to the pool of this object if it has none. Until then that executor's context has
// outstanding work. The context must live until the handler has run; ~AsyncStore waits until every
// handler was posted, so an io_context that was declared before the AsyncStore does. There is no
// cancellation: an operation that began is finished, since a write cannot be called back.
//
// Errors are those of the port (core/signature_store.hpp); for a read also overloaded when
// max_pending_reads of them wait or run, and io_error for what it throws.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "core/signature_store.hpp"
#include "store/store_metrics.hpp"

namespace rounds {

struct AsyncStoreOptions {
  // Reads wait for the disk, not for the processor; two keep it busy while one is slow.
  std::size_t read_threads = 2;
  // Reads that wait or run at once. Each holds at most one page of answers; more than this would
  // only wait longer than their callers do.
  std::size_t max_pending_reads = 1024;
  // Told the name of each read, as the functions of AsyncStore are called, and how long it took,
  // without its wait for a thread; on the thread that read, before the caller hears of it. Null:
  // nobody.
  std::function<void(std::string_view name, std::chrono::nanoseconds taken)> read_finished;
};

class AsyncStore {
 public:
  // `store` must outlive this object. Starts the threads of the pool.
  explicit AsyncStore(SignatureStore& store, const AsyncStoreOptions& options = {});

  // Waits for every operation under way: for the disk, if need be. Ends those that wait for events.
  // Does not close the store.
  ~AsyncStore();
  AsyncStore(const AsyncStore&) = delete;
  AsyncStore& operator=(const AsyncStore&) = delete;

  // void(Result<std::optional<Signature>>)
  template <typename Token>
  auto get_by_id(const SignatureId& id, Token&& token) {
    return read<std::optional<Signature>>(
        "get_by_id", [id](SignatureStore& store) { return store.get_by_id(id); },
        std::forward<Token>(token));
  }

  // void(Result<std::optional<Signature>>)
  template <typename Token>
  auto get_by_fingerprint(std::string fingerprint, Token&& token) {
    return read<std::optional<Signature>>(
        "get_by_fingerprint",
        [fingerprint = std::move(fingerprint)](SignatureStore& store) {
          return store.get_by_fingerprint(fingerprint);
        },
        std::forward<Token>(token));
  }

  // SignatureStore::recall(), which may be called on any thread.
  [[nodiscard]] std::vector<bool> recall(std::span<const std::string_view> fingerprints) {
    return store_.recall(fingerprints);
  }

  // void(Result<SignaturePage>)
  template <typename Token>
  auto list(SignatureQuery query, Token&& token) {
    return read<SignaturePage>(
        "list", [query = std::move(query)](SignatureStore& store) { return store.list(query); },
        std::forward<Token>(token));
  }

  // void(Result<HistoryPage>)
  template <typename Token>
  auto history(const SignatureId& id, const HistoryQuery& query, Token&& token) {
    return read<HistoryPage>(
        "history", [id, query](SignatureStore& store) { return store.history(id, query); },
        std::forward<Token>(token));
  }

  // void(Result<std::vector<Signature>>)
  template <typename Token>
  auto get_similar(const SignatureId& id, std::size_t limit, Token&& token) {
    return read<std::vector<Signature>>(
        "get_similar", [id, limit](SignatureStore& store) { return store.get_similar(id, limit); },
        std::forward<Token>(token));
  }

  // void(Result<StoreStats>)
  template <typename Token>
  auto get_stats(Token&& token) {
    return read<StoreStats>(
        "get_stats", [](SignatureStore& store) { return store.get_stats(); },
        std::forward<Token>(token));
  }

  // void(Result<StoreMetrics>). Asks `source`, which knows the store behind the port, on a thread
  // of the pool.
  template <typename Token>
  auto get_metrics(std::function<Result<StoreMetrics>()> source, Token&& token) {
    return read<StoreMetrics>(
        "get_metrics", [source = std::move(source)](SignatureStore&) { return source(); },
        std::forward<Token>(token));
  }

  // void(Result<std::unique_ptr<Subscription>>)
  template <typename Token>
  auto subscribe(Sequence from, Token&& token) {
    return read<std::unique_ptr<Subscription>>(
        "subscribe", [from](SignatureStore& store) { return store.subscribe(from); },
        std::forward<Token>(token));
  }

  // void(Result<std::vector<Event>>). Subscription::next() without a thread that waits: a thread of
  // the pool reads, once there is something to read. `subscription` must be of this store and not
  // null; one next() at a time. Subscription::cancel() ends it early. Does not count as a read.
  // Errors: also unavailable if this object is destroyed before there is an event.
  template <typename Token>
  // NOLINTBEGIN(cppcoreguidelines-missing-std-forward): async_initiate() wants an lvalue
  auto next(std::shared_ptr<Subscription> subscription, std::size_t max_events,
            std::optional<std::chrono::milliseconds> timeout, Token&& token) {
    return boost::asio::async_initiate<Token, void(Result<std::vector<Event>>)>(
        [this, max_events, timeout](auto handler, std::shared_ptr<Subscription> reader) {
          this->start_next(std::move(reader), max_events, timeout,
                           posting<std::vector<Event>>(std::move(handler)));
        },
        token, std::move(subscription));
  }  // NOLINTEND(cppcoreguidelines-missing-std-forward)

  // void(Result<std::optional<Signature>>)
  template <typename Token>
  auto as_of(const SignatureId& id, const Moment& moment, Token&& token) {
    return read<std::optional<Signature>>(
        "as_of", [id, moment](SignatureStore& store) { return store.as_of(id, moment); },
        std::forward<Token>(token));
  }

  // void(Result<std::optional<Signature>>)
  template <typename Token>
  auto get_by_fingerprint_as_of(std::string fingerprint, const Moment& moment, Token&& token) {
    return read<std::optional<Signature>>(
        "get_by_fingerprint_as_of",
        [fingerprint = std::move(fingerprint), moment](SignatureStore& store) {
          return store.get_by_fingerprint_as_of(fingerprint, moment);
        },
        std::forward<Token>(token));
  }

  // void(Result<StoreStats>). Keeps one of the threads for as long as the log takes to be read.
  template <typename Token>
  auto get_stats_as_of(const Moment& moment, Token&& token) {
    return read<StoreStats>(
        "get_stats_as_of",
        [moment](SignatureStore& store) { return store.get_stats_as_of(moment); },
        std::forward<Token>(token));
  }

  // void(Result<Commit>). The handler runs once the submission is as durable as its context asks.
  template <typename Token>
  // NOLINTNEXTLINE(cppcoreguidelines-missing-std-forward): async_initiate() wants an lvalue
  auto submit(Submission submission, Token&& token) {
    return boost::asio::async_initiate<Token, void(Result<Commit>)>(
        [this](auto handler, Submission submitted) {
          this->start_write(std::move(submitted), posting<Commit>(std::move(handler)));
        },
        token, std::move(submission));
  }

 private:
  // Posts the handler of a caller with the result. Called once.
  template <typename T>
  using Deliver = std::move_only_function<void(Result<T>)>;
  template <typename T>
  using Read = std::move_only_function<Result<T>(SignatureStore&)>;

  template <typename T, typename Operation, typename Token>
  // NOLINTNEXTLINE(cppcoreguidelines-missing-std-forward): async_initiate() wants an lvalue
  auto read(std::string_view name, Operation operation, Token&& token) {
    return boost::asio::async_initiate<Token, void(Result<T>)>(
        [this, name](auto handler, Operation started) {
          this->template start_read<T>(name, std::move(started), posting<T>(std::move(handler)));
        },
        token, std::move(operation));
  }

  template <typename T, typename Handler>
  Deliver<T> posting(Handler handler) {
    auto work = boost::asio::make_work_guard(
        boost::asio::get_associated_executor(handler, pool_executor()));
    return [handler = std::move(handler), work = std::move(work)](Result<T> result) mutable {
      const auto still_working = std::move(work);  // until the handler is queued
      boost::asio::post(still_working.get_executor(),
                        [handler = std::move(handler), result = std::move(result)]() mutable {
                          std::move(handler)(std::move(result));
                        });
    };
  }

  [[nodiscard]] boost::asio::any_io_executor pool_executor() const;

  // Instantiated in async_store.cpp for the answers of the port.
  template <typename T>
  void start_read(std::string_view name, Read<T> operation, Deliver<T> deliver);
  void start_write(Submission submission, Deliver<Commit> deliver);
  void start_next(std::shared_ptr<Subscription> subscription, std::size_t max_events,
                  std::optional<std::chrono::milliseconds> timeout,
                  Deliver<std::vector<Event>> deliver);

  class Operations;
  SignatureStore& store_;
  std::unique_ptr<Operations> operations_;  // never null
};

}  // namespace rounds
