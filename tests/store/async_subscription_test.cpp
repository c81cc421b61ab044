// AsyncStore::next(): waiting for events takes no thread, and ends with an event, the timeout,
// cancel(), the store's end or that of the front, whichever comes first.
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "store/async_store.hpp"
#include "store/memory_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class AsyncSubscription : public testing::Test {
 protected:
  std::shared_ptr<Subscription> subscribe(Sequence from = 1) {
    return store_->subscribe(from, asio::use_future).get().value();
  }

  std::future<Result<std::vector<Event>>> next(
      std::shared_ptr<Subscription> subscription,
      std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
    return store_->next(std::move(subscription), 10, timeout, asio::use_future);
  }

  void record(const std::string& name) {
    ASSERT_TRUE(memory_.record({make_occurrence(make_identity(name), at_second(1))}));
  }

  MemoryStore memory_;
  std::optional<AsyncStore> store_{std::in_place, memory_, AsyncStoreOptions{.read_threads = 1}};
};

TEST_F(AsyncSubscription, GivesWhatIsThereAndThenWhatComes) {
  record("a");
  const auto subscription = subscribe();
  EXPECT_EQ(next(subscription).get()->front().sequence, 1U);
  auto waiting = next(subscription);
  record("b");
  EXPECT_EQ(waiting.get()->front().sequence, 2U);
}

TEST_F(AsyncSubscription, PassesErrorsOfSubscribingOn) {
  const auto refused = store_->subscribe(3, asio::use_future).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
}

TEST_F(AsyncSubscription, WaitsWithoutHoldingAThreadOfThePool) {
  std::vector<std::future<Result<std::vector<Event>>>> waiting;
  waiting.reserve(50);
  for (int i = 0; i < 50; ++i) waiting.push_back(next(subscribe()));
  EXPECT_TRUE(store_->get_stats(asio::use_future).get()) << "the only thread is free";
  record("a");
  for (auto& each : waiting) EXPECT_EQ(each.get()->size(), 1U);
}

TEST_F(AsyncSubscription, GivesNothingAfterTheTimeout) {
  const auto subscription = subscribe();
  EXPECT_TRUE(next(subscription, 1ms).get()->empty());
  EXPECT_TRUE(next(subscription, 0ms).get()->empty());
  record("a");
  EXPECT_EQ(next(subscription, 1h).get()->size(), 1U);
}

TEST_F(AsyncSubscription, EndsWhenItIsCancelled) {
  const auto subscription = subscribe();
  auto waiting = next(subscription);
  subscription->cancel();
  EXPECT_EQ(waiting.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(next(subscription).get().error().code, ErrorCode::unavailable);
}

TEST_F(AsyncSubscription, EndsWhenTheStoreCloses) {
  auto waiting = next(subscribe());
  ASSERT_TRUE(memory_.close());
  EXPECT_EQ(waiting.get().error().code, ErrorCode::unavailable);
}

TEST_F(AsyncSubscription, EndsWithItsFrontAndLeavesTheStoreAlone) {
  const auto subscription = subscribe();
  auto waiting = next(subscription);
  auto with_timeout = next(subscribe(), 1h);
  store_.reset();
  EXPECT_EQ(waiting.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(with_timeout.get().error().code, ErrorCode::unavailable);
  record("a");  // rings for nobody
  EXPECT_EQ(subscription->poll(10)->size(), 1U);
}

TEST_F(AsyncSubscription, ResumesACoroutineOnItsOwnExecutor) {
  asio::io_context context;
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): it outlives run()
  const auto follow = [&]() -> asio::awaitable<std::size_t> {
    Result<std::unique_ptr<Subscription>> made = co_await store_->subscribe(1, asio::use_awaitable);
    const std::shared_ptr<Subscription> subscription = *std::move(made);
    record("a");
    Result<std::vector<Event>> events =
        co_await store_->next(subscription, 10, std::nullopt, asio::use_awaitable);
    EXPECT_TRUE(context.get_executor().running_in_this_thread());
    co_return events->size();
  };
  auto count = asio::co_spawn(context, follow(), asio::use_future);
  context.run();
  EXPECT_EQ(count.get(), 1U);
}

// Timeouts, events, cancel() and the end of the front at random moments: each wait has one outcome.
TEST_F(AsyncSubscription, HasOneOutcomeWhateverComesFirst) {
  std::mt19937_64 random(random_seed());
  for (int round = 0; round < 60; ++round) {
    if (!store_) store_.emplace(memory_, AsyncStoreOptions{.read_threads = 2});
    const Sequence end = memory_.get_stats()->sequence;
    std::vector<std::shared_ptr<Subscription>> subscriptions;
    std::vector<std::future<Result<std::vector<Event>>>> waiting;
    for (int i = 0; i < 10; ++i) {
      subscriptions.push_back(subscribe(end + 1));
      waiting.push_back(next(subscriptions.back(), 1ms * (random() % 3)));
    }
    std::jthread writer([&] { record(std::to_string(round)); });
    for (const auto& each : subscriptions) {
      if (random() % 3 == 0) each->cancel();
    }
    if (random() % 2 == 0) store_.reset();
    for (auto& each : waiting) {
      const auto events = each.get();
      if (!events) {
        EXPECT_EQ(events.error().code, ErrorCode::unavailable);
      } else if (!events->empty()) {
        EXPECT_EQ(events->front().sequence, end + 1);
      }
    }
  }
}

}  // namespace
}  // namespace rounds::test
