// AsyncStore: each kind of completion token, where handlers run, the limit on reads, and that the
// destructor waits.
#include "store/async_store.hpp"

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "store/memory_store.hpp"
#include "tests/support/held_store.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

namespace asio = boost::asio;

Submission one_occurrence() {
  return RecordOccurrences{{make_occurrence(make_identity("timeout"), at_second(1))}, {}};
}

TEST(AsyncStore, AnswersEveryReadThroughFutures) {
  MemoryStore memory;
  ASSERT_TRUE(memory.submit_and_wait(one_occurrence()));
  const Signature signature = memory.list({})->signatures.front();
  AsyncStore store(memory);

  EXPECT_EQ(store.get_by_id(signature.id, asio::use_future).get(), memory.get_by_id(signature.id));
  const auto by_fingerprint =
      store.get_by_fingerprint(signature.identity->fingerprint, asio::use_future).get();
  EXPECT_EQ(by_fingerprint.value(), signature);
  const auto page = store.list(SignatureQuery{}, asio::use_future).get();
  EXPECT_EQ(page.value().signatures, std::vector<Signature>{signature});
  const auto history = store.history(signature.id, HistoryQuery{}, asio::use_future).get();
  EXPECT_EQ(history.value().events.size(), 1U);
  EXPECT_EQ(store.get_similar(signature.id, 5, asio::use_future).get()->size(), 0U);
  EXPECT_EQ(store.get_stats(asio::use_future).get(), memory.get_stats());
  const Moment moment = Sequence{1};
  EXPECT_EQ(store.as_of(signature.id, moment, asio::use_future).get().value(), signature);
  EXPECT_EQ(store.as_of(signature.id, Sequence{0}, asio::use_future).get().value(), std::nullopt);
  const auto then =
      store.get_by_fingerprint_as_of(signature.identity->fingerprint, moment, asio::use_future)
          .get();
  EXPECT_EQ(then.value(), signature);
  EXPECT_EQ(store.get_stats_as_of(moment, asio::use_future).get(), memory.get_stats());
}

TEST(AsyncStore, PassesErrorsOn) {
  MemoryStore memory;
  AsyncStore store(memory);
  const auto history = store.history(SignatureId{}, HistoryQuery{}, asio::use_future).get();
  ASSERT_FALSE(history);
  EXPECT_EQ(history.error(), signature_not_found(SignatureId{}));
}

TEST(AsyncStore, TurnsWhatAReadThrowsIntoAnError) {
  HeldStore held;
  held.throw_in_reads();
  AsyncStore store(held);
  for (int i = 0; i < 5; ++i) {  // more than there are threads
    const auto stats = store.get_stats(asio::use_future).get();
    ASSERT_FALSE(stats);
    EXPECT_EQ(stats.error().code, ErrorCode::io_error);
    EXPECT_NE(stats.error().message.find("bad_alloc"), std::string::npos) << stats.error().message;
  }
}

TEST(AsyncStore, ResumesACoroutineOnItsOwnExecutor) {
  MemoryStore memory;
  asio::io_context context;
  AsyncStore store(memory);
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): it outlives run()
  const auto record_and_count = [&]() -> asio::awaitable<std::uint64_t> {
    Submission submission = one_occurrence();
    Result<Commit> commit = co_await store.submit(std::move(submission), asio::use_awaitable);
    EXPECT_EQ(commit.value().sequence, 1U);
    EXPECT_TRUE(context.get_executor().running_in_this_thread());
    Result<StoreStats> stats = co_await store.get_stats(asio::use_awaitable);
    EXPECT_TRUE(context.get_executor().running_in_this_thread());
    co_return stats.value().occurrence_count;
  };
  auto count = asio::co_spawn(context, record_and_count(), asio::use_future);
  context.run();  // returns only after the coroutine: the store's answers count as work
  EXPECT_EQ(count.get(), 1U);
}

TEST(AsyncStore, CallsAMoveOnlyCallbackOnItsAssociatedExecutor) {
  MemoryStore memory;
  asio::io_context context;
  AsyncStore store(memory);
  std::thread::id called_on;
  store.submit(one_occurrence(), asio::bind_executor(context, [&, owned = std::make_unique<int>(1)](
                                                                  const Result<Commit>& commit) {
                 EXPECT_TRUE(commit);
                 EXPECT_EQ(*owned, 1);
                 called_on = std::this_thread::get_id();
               }));
  // MemoryStore completes inside submit(); the handler still must not run there.
  EXPECT_EQ(called_on, std::thread::id{});
  context.run();
  EXPECT_EQ(called_on, std::this_thread::get_id());
}

TEST(AsyncStore, RunsACallbackWithoutExecutorOnAnotherThread) {
  MemoryStore memory;
  std::promise<std::thread::id> called_on;
  {
    AsyncStore store(memory);
    store.get_stats([&](const Result<StoreStats>& stats) {
      EXPECT_TRUE(stats);
      called_on.set_value(std::this_thread::get_id());
    });
  }
  EXPECT_NE(called_on.get_future().get(), std::this_thread::get_id());
}

TEST(AsyncStore, RefusesReadsBeyondItsLimitWithoutBlocking) {
  HeldStore held;
  AsyncStore store(held, {.read_threads = 1, .max_pending_reads = 2});
  held.hold_reads();
  auto running = store.get_stats(asio::use_future);
  auto waiting = store.get_stats(asio::use_future);
  const auto refused = store.get_stats(asio::use_future).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  held.release_reads();
  EXPECT_TRUE(running.get());
  EXPECT_TRUE(waiting.get());
  EXPECT_TRUE(store.get_stats(asio::use_future).get());
}

TEST(AsyncStore, WaitsForWritesUnderWayBeforeItIsGone) {
  HeldStore held;
  asio::io_context context;
  std::atomic<bool> handled{false};
  std::optional<AsyncStore> store(std::in_place, held);
  held.hold_writes();
  store->submit(one_occurrence(), asio::bind_executor(context, [&](const Result<Commit>& commit) {
                  EXPECT_TRUE(commit);
                  handled.store(true);
                }));
  std::thread releaser([&] { held.release_writes(); });
  store.reset();  // must not return before the completion was posted
  EXPECT_EQ(context.poll(), 1U);
  EXPECT_TRUE(handled.load());
  releaser.join();
}

TEST(AsyncStore, ServesManyThreadsAtOnce) {
  constexpr int threads = 4;
  constexpr int writes_of_each = 50;
  MemoryStore memory;
  AsyncStore store(memory);
  std::latch start(threads);
  std::vector<std::thread> writers;
  writers.reserve(threads);
  for (int i = 0; i < threads; ++i) {
    writers.emplace_back([&] {
      start.arrive_and_wait();
      for (int j = 0; j < writes_of_each; ++j) {
        EXPECT_TRUE(store.submit(one_occurrence(), asio::use_future).get());
        EXPECT_TRUE(store.get_stats(asio::use_future).get());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(store.get_stats(asio::use_future).get()->occurrence_count,
            std::uint64_t{threads} * writes_of_each);
}

}  // namespace
}  // namespace rounds::test
