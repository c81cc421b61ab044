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

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "core/signature_store.hpp"

namespace rounds {

struct AsyncStoreOptions {
  // Reads wait for the disk, not for the processor; two keep it busy while one is slow.
  std::size_t read_threads = 2;
  // Reads that wait or run at once. Each holds at most one page of answers; more than this would
  // only wait longer than their callers do.
  std::size_t max_pending_reads = 1024;
};

class AsyncStore {
 public:
  // `store` must outlive this object. Starts the threads of the pool.
  explicit AsyncStore(SignatureStore& store, AsyncStoreOptions options = {});

  // Waits for every operation under way: for the disk, if need be. Does not close the store.
  ~AsyncStore();
  AsyncStore(const AsyncStore&) = delete;
  AsyncStore& operator=(const AsyncStore&) = delete;

  // void(Result<std::optional<Signature>>)
  template <typename Token>
  auto get_by_id(const SignatureId& id, Token&& token) {
    return read<std::optional<Signature>>(
        [id](SignatureStore& store) { return store.get_by_id(id); }, std::forward<Token>(token));
  }

  // void(Result<std::optional<Signature>>)
  template <typename Token>
  auto get_by_fingerprint(std::string fingerprint, Token&& token) {
    return read<std::optional<Signature>>(
        [fingerprint = std::move(fingerprint)](SignatureStore& store) {
          return store.get_by_fingerprint(fingerprint);
        },
        std::forward<Token>(token));
  }

  // void(Result<SignaturePage>)
  template <typename Token>
  auto list(SignatureQuery query, Token&& token) {
    return read<SignaturePage>(
        [query = std::move(query)](SignatureStore& store) { return store.list(query); },
        std::forward<Token>(token));
  }

  // void(Result<HistoryPage>)
  template <typename Token>
  auto history(const SignatureId& id, const HistoryQuery& query, Token&& token) {
    return read<HistoryPage>(
        [id, query](SignatureStore& store) { return store.history(id, query); },
        std::forward<Token>(token));
  }

  // void(Result<std::vector<Signature>>)
  template <typename Token>
  auto get_similar(const SignatureId& id, std::size_t limit, Token&& token) {
    return read<std::vector<Signature>>(
        [id, limit](SignatureStore& store) { return store.get_similar(id, limit); },
        std::forward<Token>(token));
  }

  // void(Result<StoreStats>)
  template <typename Token>
  auto get_stats(Token&& token) {
    return read<StoreStats>([](SignatureStore& store) { return store.get_stats(); },
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
  auto read(Operation operation, Token&& token) {
    return boost::asio::async_initiate<Token, void(Result<T>)>(
        [this](auto handler, Operation started) {
          this->template start_read<T>(std::move(started), posting<T>(std::move(handler)));
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
  void start_read(Read<T> operation, Deliver<T> deliver);
  void start_write(Submission submission, Deliver<Commit> deliver);

  class Operations;
  SignatureStore& store_;
  std::unique_ptr<Operations> operations_;  // never null
};

}  // namespace rounds
