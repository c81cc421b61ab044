// A supervised store before it is open: it says so, takes nothing, and can be closed.
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/supervised_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

using testing::HasSubstr;
using State = StoreCondition::State;

class SupervisedOpeningTest : public testing::Test {
 protected:
  static Result<Commit> record_one(SignatureStore& store, const std::string& name) {
    return store.record({make_occurrence(make_identity(name), at_second(1))});
  }

  TemporaryDirectory directory_;
};

TEST_F(SupervisedOpeningTest, SaysThatItIsBeingOpenedAndTakesNothingMeanwhile) {
  auto before = SupervisedStore::open(directory_.path());
  ASSERT_TRUE(before) << before.error().message;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(record_one(**before, "n" + std::to_string(i)));
  ASSERT_TRUE((*before)->close());
  before->reset();
  // Projections that are gone have to be built: that is told, and held up here.
  std::filesystem::remove_all(projections_directory(directory_.path()));
  std::latch is_told(1);
  std::latch may_go_on(1);
  SupervisedStoreOptions options;
  options.report = [&](const StoreIncident& incident) {
    if (incident.kind != StoreIncident::Kind::warning) return;
    is_told.count_down();
    may_go_on.wait();
  };
  const auto store = SupervisedStore::create(directory_.path(), std::move(options));
  EXPECT_EQ(store->condition().state, State::opening);
  Result<void> started;
  std::thread starting([&] { started = store->start(); });
  is_told.wait();
  EXPECT_EQ(store->condition().state, State::opening);
  EXPECT_THAT(store->condition().reason, HasSubstr("is being opened"));
  const auto refused = record_one(*store, "too early");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("is being opened"));
  EXPECT_FALSE(store->metrics());
  may_go_on.count_down();
  starting.join();
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(store->condition().state, State::ready);
  EXPECT_EQ(store->get_stats()->occurrence_count, 10U);
  ASSERT_TRUE(store->close());
  EXPECT_EQ(store->condition().state, State::closed);
}

TEST_F(SupervisedOpeningTest, IsClosedWhenItCannotBeOpened) {
  const auto holder = SupervisedStore::open(directory_.path());
  ASSERT_TRUE(holder) << holder.error().message;
  const auto store = SupervisedStore::create(directory_.path());
  const auto started = store->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::in_use);
  EXPECT_EQ(store->condition().state, State::closed);
  EXPECT_TRUE(store->close());
}

TEST_F(SupervisedOpeningTest, CanBeClosedBeforeItWasOpened) {
  const auto store = SupervisedStore::create(directory_.path());
  EXPECT_TRUE(store->close());
  EXPECT_EQ(store->condition().state, State::closed);
}

TEST_F(SupervisedOpeningTest, CountsWhatItCommits) {
  const auto opened = SupervisedStore::open(directory_.path());
  ASSERT_TRUE(opened) << opened.error().message;
  SupervisedStore& store = **opened;
  EXPECT_EQ(store.metrics()->projector_lag_seconds, 0);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(record_one(store, "same"));
  ASSERT_TRUE(store.record(std::vector(5, make_occurrence(make_identity("one"), at_second(1)))));
  const auto metrics = store.metrics();
  ASSERT_TRUE(metrics) << metrics.error().message;
  EXPECT_EQ(metrics->recorded_occurrences, 8U);
  EXPECT_EQ(metrics->appended_events, 4U) << "five occurrences of one signature are one event";
  EXPECT_EQ(metrics->group_sizes.sum, 8U);
  // The last group is counted after its caller was told.
  EXPECT_GE(metrics->commit_durations_ns.count(), 3U);
  EXPECT_GE(metrics->sync_durations_ns.count(), 4U);
  EXPECT_EQ(metrics->queue.occurrences, 0U);
  EXPECT_EQ(metrics->queue.bytes, 0U);
  EXPECT_EQ(metrics->log_sequence, 4U);
  EXPECT_EQ(metrics->projected_sequence, 0U) << "the layer is not full";
  EXPECT_GT(metrics->layer_fill, 0);
  EXPECT_GT(metrics->log.wal_bytes, 0U);
  EXPECT_GT(metrics->projections.block_cache_capacity_bytes, 0U);
  ASSERT_TRUE(store.close());
  EXPECT_FALSE(store.metrics());
}

}  // namespace
}  // namespace rounds::test
