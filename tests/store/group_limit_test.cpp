#include "store/group_limit.hpp"

#include <gtest/gtest.h>

namespace rounds {
namespace {

using std::chrono::milliseconds;

// So many groups that take as long as expected that none is a surprise any more.
void settle(GroupLimit& limit, std::size_t occurrences_in_100_ms) {
  for (int i = 0; i < 120; ++i) limit.note(occurrences_in_100_ms, milliseconds{100});
}

double next(const GroupLimit& limit, bool is_queried) {
  return static_cast<double>(limit.next(is_queried));
}

TEST(GroupLimit, FollowsHowFastGroupsAre) {
  GroupLimit limit;
  settle(limit, 10'000);
  EXPECT_NEAR(next(limit, false), 10'000, 1);
  settle(limit, 20'000);
  EXPECT_NEAR(next(limit, false), 20'000, 1);
}

TEST(GroupLimit, LeavesHalfOfTheTimeToChanceWhereGroupsTakeUpToTwiceAsLong) {
  GroupLimit limit;
  settle(limit, 100'000);
  for (int i = 0; i < 100; ++i) {
    limit.note(100'000, milliseconds{i % 2 == 0 ? 200 : 100});
  }
  EXPECT_NEAR(next(limit, false), 50'000, 1);
  settle(limit, 100'000);
  EXPECT_NEAR(next(limit, false), 100'000, 1);
}

TEST(GroupLimit, IsSoonAsBeforeAfterOneGroupThatTookExtremelyLong) {
  GroupLimit limit;
  settle(limit, 100'000);
  limit.note(100'000, std::chrono::hours{1});
  for (int i = 0; i < 20; ++i) limit.note(100'000, milliseconds{100});
  EXPECT_GT(limit.next(false), 95'000U);
}

TEST(GroupLimit, IsFarLessWhileSomebodyAsks) {
  GroupLimit limit;
  settle(limit, 200'000);
  EXPECT_NEAR(next(limit, false), 200'000, 1);
  EXPECT_NEAR(next(limit, true), 6'000, 1);
}

TEST(GroupLimit, StaysWithinItsBoundsHoweverFastOrSlowTheDiskIs) {
  GroupLimit limit;
  limit.note(1, std::chrono::seconds{10});
  EXPECT_EQ(limit.next(false), 4096U);
  limit.note(1'000'000, milliseconds{1});
  EXPECT_EQ(limit.next(false), max_group_occurrences);
  limit.note(0, milliseconds{1});
  EXPECT_EQ(limit.next(false), max_group_occurrences);
}

}  // namespace
}  // namespace rounds
