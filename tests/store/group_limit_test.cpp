#include "store/group_limit.hpp"

#include <gtest/gtest.h>

namespace rounds {
namespace {

using std::chrono::milliseconds;

constexpr LayerRoom plenty{10'000'000, 10'000'000};

// So many groups that take as long as expected that none is a surprise any more; each occurrence an
// event.
void settle(GroupLimit& limit, std::size_t occurrences_in_60_ms) {
  for (int i = 0; i < 120; ++i) {
    limit.note(occurrences_in_60_ms, occurrences_in_60_ms, 0, milliseconds{60});
  }
}

double next(const GroupLimit& limit, bool is_queried = false) {
  return static_cast<double>(limit.next(is_queried, plenty, plenty));
}

TEST(GroupLimit, FollowsHowFastGroupsAre) {
  GroupLimit limit;
  settle(limit, 10'000);
  EXPECT_NEAR(next(limit), 10'000, 1);
  settle(limit, 20'000);
  EXPECT_NEAR(next(limit), 20'000, 1);
}

TEST(GroupLimit, LetsCallersWaitLongerWhereOccurrencesFold) {
  GroupLimit limit;
  for (int i = 0; i < 120; ++i) limit.note(60'000, 15'000, 0, milliseconds{60});
  EXPECT_NEAR(next(limit), 150'000, 100) << "three quarters of the way from 60 ms to 180 ms";
}

TEST(GroupLimit, LeavesHalfOfTheTimeToChanceWhereGroupsTakeUpToTwiceAsLong) {
  GroupLimit limit;
  settle(limit, 60'000);
  for (int i = 0; i < 100; ++i) {
    limit.note(60'000, 60'000, 0, milliseconds{i % 2 == 0 ? 120 : 60});
  }
  EXPECT_NEAR(next(limit), 30'000, 1);
  settle(limit, 60'000);
  EXPECT_NEAR(next(limit), 60'000, 1);
}

TEST(GroupLimit, IsSoonAsBeforeAfterOneGroupThatTookExtremelyLong) {
  GroupLimit limit;
  settle(limit, 60'000);
  limit.note(60'000, 60'000, 0, std::chrono::hours{1});
  for (int i = 0; i < 20; ++i) limit.note(60'000, 60'000, 0, milliseconds{60});
  EXPECT_GT(next(limit), 57'000);
}

TEST(GroupLimit, RemembersASlowGroupForAWhile) {
  GroupLimit limit;
  settle(limit, 60'000);
  limit.note(60'000, 60'000, 0, milliseconds{130});
  EXPECT_EQ(limit.longest_recently(), milliseconds{130});
  limit.note(60'000, 60'000, 0, milliseconds{60});
  EXPECT_GT(limit.longest_recently(), milliseconds{110});
  for (int i = 0; i < 20; ++i) limit.note(60'000, 60'000, 0, milliseconds{60});
  EXPECT_EQ(limit.longest_recently(), milliseconds{60});
}

TEST(GroupLimit, IsFarLessWhileSomebodyAsks) {
  GroupLimit limit;
  settle(limit, 120'000);
  EXPECT_NEAR(next(limit, false), 120'000, 1);
  EXPECT_NEAR(next(limit, true), 6'000, 1);
}

TEST(GroupLimit, StaysWithinItsBoundsHoweverFastOrSlowTheDiskIs) {
  GroupLimit limit;
  limit.note(1, 1, 0, std::chrono::seconds{10});
  EXPECT_EQ(next(limit), 4096);
  limit.note(1'000'000, 1'000'000, 0, milliseconds{1});
  EXPECT_EQ(next(limit), max_group_occurrences);
  limit.note(0, 0, 0, milliseconds{1});
  EXPECT_EQ(next(limit), max_group_occurrences);
}

TEST(GroupLimit, TakesNoMoreThanTheLayerHasRoomForUntilItKnowsBetter) {
  const GroupLimit limit;
  EXPECT_EQ(limit.next(false, {500, 700}, plenty), 500U);
  EXPECT_EQ(limit.next(false, {700, 500}, plenty), 500U);
  EXPECT_EQ(limit.next(false, {0, 0}, plenty), 1U) << "callers are not kept waiting for ever";
}

TEST(GroupLimit, IsNotBoundByRoomThatOccurrencesDoNotTake) {
  GroupLimit limit;
  // A tenth of the occurrences are events, and one in a hundred a signature that the layer lacks.
  for (int i = 0; i < 120; ++i) limit.note(100'000, 10'000, 1'000, milliseconds{60});
  EXPECT_NEAR(static_cast<double>(limit.next(false, {500, 100'000}, plenty)), 50'000, 50);
  EXPECT_NEAR(static_cast<double>(limit.next(false, {100'000, 500}, plenty)), 5'000, 50);
}

TEST(GroupLimit, CountsEveryOccurrenceTowardsTheBound) {
  GroupLimit limit;
  for (int i = 0; i < 120; ++i) limit.note(100'000, 10'000, 0, milliseconds{60});
  EXPECT_EQ(limit.next(false, plenty, {9'000, 20'000}), 9'000U);
  EXPECT_EQ(limit.next(false, plenty, {20'000, 9'000}), 9'000U);
}

TEST(GroupLimit, GoesByTheLastGroupAtOnceWhereOccurrencesBeginToTakeRoom) {
  GroupLimit limit;
  for (int i = 0; i < 120; ++i) limit.note(100'000, 10'000, 0, milliseconds{60});
  limit.note(100'000, 100'000, 100'000, milliseconds{60});
  EXPECT_EQ(limit.next(false, {5'000, 5'000}, plenty), 5'000U);
}

}  // namespace
}  // namespace rounds
