// What questions about the past cost a RocksStore, and that the one that reads the log disturbs
// nobody for long. What they answer is in tests/contract/past_test.cpp.
#include "store/past.hpp"

#include <atomic>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>
#include <rocksdb/statistics.h>

#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class PastTest : public testing::Test {
 protected:
  // A store with one event for each occurrence.
  std::unique_ptr<RocksStore> open() {
    RocksStoreOptions options;
    options.log_statistics = statistics_;
    options.coalesce_occurrences = false;
    auto store = RocksStore::open(directory_.path(), std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

  static void record(RocksStore& store, const std::string& name, std::size_t count = 1) {
    const std::vector<IdentifiedOccurrence> occurrences(
        count, make_occurrence(make_identity(name), at_second(1)));
    ASSERT_TRUE(store.record(occurrences));
  }

  [[nodiscard]] std::uint64_t seeks() const {
    return statistics_->getTickerCount(rocksdb::NUMBER_DB_SEEK);
  }

  TemporaryDirectory directory_;
  std::shared_ptr<rocksdb::Statistics> statistics_ = rocksdb::CreateDBStatistics();
};

TEST_F(PastTest, ASignatureCostsItsOwnEventsUpToThen) {
  const auto store = open();
  constexpr std::size_t own = 6;
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < own; ++i) {
    ASSERT_NO_FATAL_FAILURE(record(*store, "a"));
    sequences.push_back(store->log()->last_sequence());
    for (int j = 0; j < 20; ++j) ASSERT_NO_FATAL_FAILURE(record(*store, "other"));
  }
  const SignatureId id = (*store->get_by_fingerprint(make_identity("a")->fingerprint))->id;
  for (std::size_t i = 0; i < own; ++i) {
    const std::uint64_t before = seeks();
    ASSERT_EQ((*store->as_of(id, sequences[i]))->version, i + 1);
    EXPECT_EQ(seeks() - before, i + 1);
  }
  const std::uint64_t before = seeks();
  ASSERT_EQ((*store->as_of(id, max_timestamp))->version, own);
  EXPECT_LE(seeks() - before, own + 8) << "126 events: 7 halvings find the time";
}

TEST_F(PastTest, EventsOfOneFrameAreReadWithOneSeek) {
  const auto store = open();
  ASSERT_NO_FATAL_FAILURE(record(*store, "a", 1000));
  const auto signature = *store->get_by_fingerprint(make_identity("a")->fingerprint);
  const std::uint64_t before = seeks();
  ASSERT_EQ((*store->as_of(signature->id, Sequence{1000})), signature);
  EXPECT_LT(seeks() - before, 200U);
}

TEST_F(PastTest, AHistoryLongerThanWhatIsReadAtOnceIsFoldedWhole) {
  const auto store = open();
  ASSERT_NO_FATAL_FAILURE(record(*store, "a", 40'000));
  const SignatureId id = (*store->get_by_fingerprint(make_identity("a")->fingerprint))->id;
  for (const Sequence sequence : {1000U, 1001U, 16'384U, 16'999U, 17'000U, 17'001U, 40'000U}) {
    const auto then = store->as_of(id, sequence);
    ASSERT_TRUE(then && *then);
    EXPECT_EQ((*then)->version, sequence);
    EXPECT_EQ((*then)->occurrence_count, sequence);
  }
}

TEST_F(PastTest, StatisticsAreCountedFromTheLogOneAtATime) {
  const auto store = open();
  ASSERT_NO_FATAL_FAILURE(record(*store, "a", 20'000));
  const StoreStats expected = *store->get_stats();
  std::atomic<bool> refused = false;
  std::atomic<std::uint64_t> answered = 0;
  const auto ask = [&] {
    while (!refused) {
      const auto stats = store->get_stats_as_of(max_timestamp);
      if (stats) {
        EXPECT_EQ(*stats, expected);
        ++answered;
      } else {
        EXPECT_EQ(stats.error().code, ErrorCode::overloaded) << stats.error().message;
        refused = true;
      }
    }
  };
  {
    const std::jthread first(ask);
    const std::jthread second(ask);
  }
  EXPECT_TRUE(refused);
  EXPECT_EQ(store->get_stats_as_of(max_timestamp), expected) << "the other one has finished";
}

TEST_F(PastTest, StatisticsAreGivenUpWhenAskedTo) {
  const auto store = open();
  ASSERT_NO_FATAL_FAILURE(record(*store, "a", 10));
  std::stop_source stop;
  EXPECT_TRUE(stats_as_of(*store->log(), 10, stop.get_token()));
  stop.request_stop();
  const auto stats = stats_as_of(*store->log(), 10, stop.get_token());
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error(), store_closed());
}

TEST_F(PastTest, ClosingEndsWhatReadsTheLog) {
  const auto store = open();
  ASSERT_NO_FATAL_FAILURE(record(*store, "a", 20'000));
  std::atomic<std::uint64_t> answered = 0;
  const std::jthread asking([&] {
    while (true) {
      const auto stats = store->get_stats_as_of(Sequence{20'000});
      if (!stats) {
        EXPECT_EQ(stats.error().code, ErrorCode::unavailable) << stats.error().message;
        return;
      }
      ++answered;
    }
  });
  while (answered == 0) std::this_thread::yield();
  EXPECT_TRUE(store->close());
}

}  // namespace
}  // namespace rounds::test
