// Subscriptions: from the log's past into its present, each event once and in order.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

using namespace std::chrono_literals;

// Those of all other contract tests, and the one that has a subscription of its own on top.
std::vector<StoreKind> kinds_that_can_be_subscribed_to() {
  std::vector<StoreKind> kinds = store_kinds();
  kinds.push_back({"supervised", make_supervised_fixture});
  return kinds;
}

class Subscribing : public ContractTest {
 protected:
  std::unique_ptr<Subscription> subscribe(Sequence from) { return must(store().subscribe(from)); }

  // Records one occurrence of each of `count` new signatures: one event each.
  void record_many(int count) {
    for (int i = 0; i < count; ++i, ++made_) record(make_identity(std::to_string(made_)), made_);
  }

  // Every event that the histories hold, in the order of the log.
  std::vector<Event> whole_log() {
    std::vector<Event> log;
    for (const auto& [id, history] : snapshot(store()).histories) {
      log.insert(log.end(), history.begin(), history.end());
    }
    std::ranges::sort(log, {}, &Event::sequence);
    return log;
  }

 private:
  int made_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Stores, Subscribing, testing::ValuesIn(kinds_that_can_be_subscribed_to()),
                         kind_of);

// What there is, batch by batch.
std::vector<Event> drain(Subscription& subscription, std::size_t batch = 7) {
  std::vector<Event> all;
  while (true) {
    std::vector<Event> events = must(subscription.poll(batch));
    if (events.empty()) return all;
    EXPECT_LE(events.size(), batch);
    all.insert(all.end(), events.begin(), events.end());
    EXPECT_EQ(subscription.position(), all.back().sequence + 1);
  }
}

TEST_P(Subscribing, ShowsThePastFromAnySequenceOn) {
  record_many(20);
  const Signature signature = get("fingerprint-3");
  bring_to(signature.id, Status::resolved);
  record(make_identity("3"), 2000, 5);
  const std::vector<Event> log = whole_log();
  ASSERT_GE(log.size(), 23U);
  for (const std::size_t from : {std::size_t{1}, std::size_t{2}, log.size() / 2, log.size()}) {
    const auto first = log.begin() + static_cast<std::ptrdiff_t>(from - 1);
    const auto subscription = subscribe(from);
    EXPECT_EQ(subscription->position(), from);
    EXPECT_EQ(drain(*subscription), std::vector<Event>(first, log.end())) << from;
  }
}

TEST_P(Subscribing, ShowsNothingInAnEmptyStore) {
  const auto subscription = subscribe(1);
  EXPECT_TRUE(must(subscription->poll(10)).empty());
  EXPECT_TRUE(must(subscription->next(10, 1ms)).empty());
  EXPECT_EQ(subscription->position(), 1U);
}

TEST_P(Subscribing, ShowsAWriteOnceItIsAcknowledged) {
  record_many(3);
  const auto subscription = subscribe(4);
  EXPECT_TRUE(must(subscription->poll(10)).empty());
  record_many(2);
  EXPECT_EQ(drain(*subscription).size(), 2U);
  EXPECT_EQ(subscription->position(), 6U);
}

TEST_P(Subscribing, ShowsAnEventOnlyWhenQueriesSeeIt) {
  const auto subscription = subscribe(1);
  std::jthread writer([&] { record_many(50); });
  for (Sequence seen = 0; seen < 50;) {
    for (const Event& event : must(subscription->next(10))) {
      const auto signature = must(store().get_by_id(event.signature_id));
      ASSERT_TRUE(signature.has_value());
      EXPECT_GE(signature->last_sequence, event.sequence);
      seen = event.sequence;
    }
  }
}

TEST_P(Subscribing, ShowsBufferedWritesToo) {
  const auto subscription = subscribe(1);
  for (int i = 0; i < 3; ++i) {
    must(store().record({make_occurrence(make_identity(std::to_string(i)), at_second(i))},
                        {.durability = Durability::buffered}));
    EXPECT_EQ(must(subscription->next(10)).size(), 1U);
  }
}

TEST_P(Subscribing, WaitsForTheNextEvent) {
  const auto subscription = subscribe(1);
  auto waiting = std::async(std::launch::async, [&] { return subscription->next(10); });
  record_many(1);
  EXPECT_EQ(must(waiting.get()).front().sequence, 1U);
}

TEST_P(Subscribing, TellsWithoutAThreadThatThereIsSomething) {
  const auto subscription = subscribe(1);
  int dropped = 0;
  subscription->when_ready([&] { ++dropped; });
  std::promise<void> ready;
  subscription->when_ready([&] { ready.set_value(); });  // twice would throw
  record_many(2);
  ready.get_future().wait();
  EXPECT_EQ(dropped, 0) << "the second call replaces the first";
  std::promise<void> at_once;
  subscription->when_ready([&] { at_once.set_value(); });
  EXPECT_EQ(at_once.get_future().wait_for(0s), std::future_status::ready);
  EXPECT_EQ(drain(*subscription).size(), 2U);
}

TEST_P(Subscribing, DropsTheCallbackOfOneThatIsGone) {
  bool called = false;
  {
    const auto subscription = subscribe(1);
    subscription->when_ready([&] { called = true; });
  }
  record_many(1);
  EXPECT_FALSE(called);
}

TEST_P(Subscribing, EndsWhenItIsCancelled) {
  record_many(1);
  const auto subscription = subscribe(2);
  auto waiting = std::async(std::launch::async, [&] { return subscription->next(10); });
  subscription->cancel();
  EXPECT_TRUE(fails_with(waiting.get(), ErrorCode::unavailable));
  EXPECT_TRUE(fails_with(subscription->poll(10), ErrorCode::unavailable));
  subscription->cancel();
  record_many(1);
  EXPECT_TRUE(fails_with(subscription->next(10), ErrorCode::unavailable));
}

TEST_P(Subscribing, EndsWhenTheStoreCloses) {
  record_many(1);
  const auto behind = subscribe(1);
  const auto waiter = subscribe(2);
  auto waiting = std::async(std::launch::async, [&] { return waiter->next(10); });
  must(store().close());
  EXPECT_TRUE(fails_with(waiting.get(), ErrorCode::unavailable));
  EXPECT_TRUE(fails_with(behind->poll(10), ErrorCode::unavailable));
  EXPECT_TRUE(fails_with(store().subscribe(1), ErrorCode::unavailable));
}

TEST_P(Subscribing, RefusesToBeginWhereTheLogCannotGoOn) {
  record_many(2);
  EXPECT_TRUE(store().subscribe(3));
  for (const Sequence from : {Sequence{0}, Sequence{4}, ~Sequence{0}}) {
    const auto refused = store().subscribe(from);
    EXPECT_TRUE(fails_with(refused, ErrorCode::invalid_argument)) << from;
    EXPECT_NE(refused.error().message.find("use 1 to 3"), std::string::npos)
        << refused.error().message;
  }
}

TEST_P(Subscribing, LimitsTheSizeOfABatch) {
  const auto subscription = subscribe(1);
  EXPECT_TRUE(fails_with(subscription->poll(0), ErrorCode::invalid_argument));
  EXPECT_TRUE(
      fails_with(subscription->poll(limits::max_page_size + 1), ErrorCode::invalid_argument));
  EXPECT_TRUE(subscription->poll(limits::max_page_size));
}

TEST_P(Subscribing, LimitsTheNumberOfSubscriptions) {
  std::vector<std::unique_ptr<Subscription>> all;
  all.reserve(limits::max_subscriptions);
  for (std::size_t i = 0; i < limits::max_subscriptions; ++i) all.push_back(subscribe(1));
  EXPECT_TRUE(fails_with(store().subscribe(1), ErrorCode::overloaded));
  all.pop_back();
  all.push_back(subscribe(1));
  record_many(1);
  for (const auto& each : all) EXPECT_EQ(must(each->next(10)).size(), 1U);
}

TEST_P(Subscribing, GoesOnWhereItStoppedAfterReopening) {
  if (!fixture().persists()) GTEST_SKIP() << "this store lives as long as its object";
  record_many(5);
  auto subscription = subscribe(1);
  EXPECT_EQ(must(subscription->poll(3)).size(), 3U);
  const Sequence next = subscription->position();
  subscription.reset();
  fixture().reopen();
  record_many(2);
  const std::vector<Event> log = whole_log();
  EXPECT_EQ(drain(*subscribe(next)), std::vector<Event>(log.begin() + 3, log.end()));
}

class SubscribingConcurrently : public Subscribing {};
INSTANTIATE_TEST_SUITE_P(Stores, SubscribingConcurrently,
                         testing::ValuesIn(kinds_that_can_be_subscribed_to()), kind_of);

// Readers of all kinds begin at random positions while writers go on, so that the seam between past
// and present is crossed again and again.
TEST_P(SubscribingConcurrently, ShowsEachEventOnceAndInOrderAcrossTheSeam) {
  constexpr int writer_count = 3;
  constexpr int writes_each = 150;
  constexpr int reader_count = 4;
  const auto seed = random_seed();
  std::atomic<Sequence> committed = 0;
  std::atomic<bool> finished = false;
  std::vector<std::vector<Event>> seen(reader_count);
  {
    std::vector<std::jthread> readers;
    readers.reserve(reader_count);
    for (int reader = 0; reader < reader_count; ++reader) {
      readers.emplace_back([&, reader] {
        std::mt19937_64 random(seed + static_cast<unsigned>(reader));
        std::vector<Event>& mine = seen[static_cast<std::size_t>(reader)];
        auto subscription = must(store().subscribe(1));
        while (!finished || mine.size() < committed) {
          if (random() % 8 == 0) subscription = must(store().subscribe(mine.size() + 1));
          const std::size_t batch = 1 + random() % 20;
          const auto events = random() % 2 == 0 ? subscription->poll(batch)
                                                : subscription->next(batch, 1ms * (random() % 3));
          for (const Event& event : must(events)) mine.push_back(event);
        }
      });
    }
    std::vector<std::jthread> writers;
    writers.reserve(writer_count);
    for (int writer = 0; writer < writer_count; ++writer) {
      writers.emplace_back([&, writer] {
        std::mt19937_64 random(seed + 100 + static_cast<unsigned>(writer));
        for (int i = 0; i < writes_each; ++i) {
          std::vector<IdentifiedOccurrence> occurrences;
          for (std::uint64_t n = random() % 4 + 1; n > 0; --n) {
            occurrences.push_back(
                make_occurrence(make_identity(std::to_string(random() % 20)), at_second(i)));
          }
          must(store().record(std::move(occurrences)));
        }
      });
    }
    for (std::jthread& writer : writers) writer.join();
    committed = must(store().get_stats()).sequence;
    finished = true;
  }
  const std::vector<Event> log = whole_log();
  ASSERT_EQ(log.size(), committed);
  for (const std::vector<Event>& mine : seen) EXPECT_EQ(mine, log);
}

TEST_P(SubscribingConcurrently, CommitsGoOnThoughNobodyReads) {
  std::vector<std::unique_ptr<Subscription>> idle;
  idle.reserve(20);
  for (int i = 0; i < 20; ++i) idle.push_back(subscribe(1));
  std::atomic<int> woken = 0;
  for (const auto& each : idle) each->when_ready([&] { ++woken; });
  record_many(200);
  EXPECT_EQ(woken, 20) << "each is told once, and not again before it asks";
  for (const auto& each : idle) EXPECT_EQ(drain(*each, 64).size(), 200U);
}

// cancel() and close() come at any moment of a wait.
TEST_P(SubscribingConcurrently, NoWaitIsForgotten) {
  const auto seed = random_seed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 50; ++round) {
    const auto subscription = subscribe(1);
    auto waiting = std::async(std::launch::async, [&] { return subscription->next(10); });
    for (std::uint64_t spin = random() % 30; spin > 0; --spin) std::this_thread::yield();
    subscription->cancel();
    EXPECT_TRUE(fails_with(waiting.get(), ErrorCode::unavailable));
  }
  const auto subscription = subscribe(1);
  auto waiting = std::async(std::launch::async, [&] { return subscription->next(10); });
  must(store().close());
  EXPECT_TRUE(fails_with(waiting.get(), ErrorCode::unavailable));
}

}  // namespace
}  // namespace rounds::test
