#include "store/group_limit.hpp"

#include <gtest/gtest.h>

namespace rounds {
namespace {

using std::chrono::milliseconds;

TEST(GroupLimit, FollowsHowFastTheLastGroupWas) {
  GroupLimit limit;
  limit.note(10'000, milliseconds{100});
  EXPECT_EQ(limit.next(false), 10'000U);
  limit.note(20'000, milliseconds{100});
  EXPECT_EQ(limit.next(false), 20'000U);
}

TEST(GroupLimit, IsFarLessWhileSomebodyAsks) {
  GroupLimit limit;
  limit.note(200'000, milliseconds{100});
  EXPECT_EQ(limit.next(false), 200'000U);
  EXPECT_EQ(limit.next(true), 6'000U);
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
