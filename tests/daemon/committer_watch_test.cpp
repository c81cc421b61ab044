// The watch over the committer tells a store that is stuck from one that is busy or refuses.
#include "daemon/committer_watch.hpp"

#include <cstdint>

#include <gtest/gtest.h>

#include "tests/support/held_store.hpp"

namespace rounds::daemon {
namespace {

class CommitterWatchTest : public testing::Test {
 protected:
  test::HeldStore store_;
  std::uint64_t groups_ = 0;
  CommitterWatch watch_{store_, [this] { return groups_; }};
};

TEST_F(CommitterWatchTest, TakesAnAnsweredWriteForLife) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(watch_.is_alive());
  EXPECT_EQ(store_.get_stats()->sequence, 0U) << "the probe writes nothing";
}

TEST_F(CommitterWatchTest, NoticesACommitterThatIsStuck) {
  EXPECT_TRUE(watch_.is_alive());
  store_.hold_writes();
  EXPECT_TRUE(watch_.is_alive()) << "the probe before was answered";
  EXPECT_FALSE(watch_.is_alive());
  EXPECT_FALSE(watch_.is_alive()) << "it does not get used to it";
  store_.release_writes();
  EXPECT_TRUE(watch_.is_alive());
}

TEST_F(CommitterWatchTest, TakesOtherGroupsForLifeWhileItsWriteWaits) {
  EXPECT_TRUE(watch_.is_alive());
  store_.hold_writes();
  EXPECT_TRUE(watch_.is_alive());
  ++groups_;
  EXPECT_TRUE(watch_.is_alive());
  EXPECT_FALSE(watch_.is_alive()) << "no group since";
  store_.release_writes();
}

TEST_F(CommitterWatchTest, AsksForProgressWhenTheQueueIsFull) {
  store_.refuse_writes({ErrorCode::overloaded, "the queue is full"});
  EXPECT_TRUE(watch_.is_alive());
  EXPECT_FALSE(watch_.is_alive()) << "nobody takes anything out of the queue";
  ++groups_;
  EXPECT_TRUE(watch_.is_alive());
}

TEST_F(CommitterWatchTest, TakesARefusalForLife) {
  store_.refuse_writes({ErrorCode::unavailable, "it is being opened again"});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(watch_.is_alive());
}

}  // namespace
}  // namespace rounds::daemon
