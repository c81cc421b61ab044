#include "bench/support/acknowledgements.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "bench/support/page_touches.hpp"

namespace rounds::bench {
namespace {

using std::chrono::milliseconds;

SteadyClock::time_point at(int milliseconds_later) {
  return SteadyClock::time_point{} + milliseconds(milliseconds_later);
}

TEST(Acknowledgements, MeasureEachBatchFromItsOwnSubmission) {
  Acknowledgements acknowledgements;
  const auto first = acknowledgements.submitted(at(0));
  const auto second = acknowledgements.submitted(at(5));
  acknowledgements.acknowledged(first, at(10));
  acknowledgements.acknowledged(second, at(12));
  auto latencies = acknowledgements.latencies();
  EXPECT_EQ(latencies.percentile(0.5), 7000);
  EXPECT_EQ(latencies.percentile(1), 10'000);
}

TEST(Acknowledgements, CountAsStallTheLongestGapBetweenTwoOfThem) {
  Acknowledgements acknowledgements;
  const auto first = acknowledgements.submitted(at(0));
  const auto second = acknowledgements.submitted(at(0));
  const auto third = acknowledgements.submitted(at(1));
  acknowledgements.acknowledged(first, at(10));
  acknowledgements.acknowledged(second, at(40));
  acknowledgements.acknowledged(third, at(45));
  EXPECT_EQ(acknowledgements.longest_stall(), milliseconds(30));
}

TEST(Acknowledgements, CountAsStallTheWaitForTheFirst) {
  Acknowledgements acknowledgements;
  const auto first = acknowledgements.submitted(at(3));
  static_cast<void>(acknowledgements.submitted(at(8)));
  acknowledgements.acknowledged(first, at(10));
  EXPECT_EQ(acknowledgements.longest_stall(), milliseconds(7));
}

TEST(Acknowledgements, CountNoStallWhileNothingWaits) {
  Acknowledgements acknowledgements;
  acknowledgements.acknowledged(acknowledgements.submitted(at(0)), at(2));
  acknowledgements.acknowledged(acknowledgements.submitted(at(1000)), at(1001));
  EXPECT_EQ(acknowledgements.longest_stall(), milliseconds(2));
}

TEST(Acknowledgements, TellWhatAPageTookDuringTheLongestStall) {
  Acknowledgements acknowledgements;
  EXPECT_EQ(acknowledgements.page_touch_in_stall(), 0);
  const auto begin = SteadyClock::now();
  // A longer stall each time, until a walk over the pages falls into it.
  do {
    acknowledgements.acknowledged(acknowledgements.submitted(begin));
  } while (acknowledgements.page_touch_in_stall() == 0);
  // A longer one, at a time without walks.
  acknowledgements.acknowledged(acknowledgements.submitted(at(-2'000'000)), at(-1'000'000));
  EXPECT_EQ(acknowledgements.page_touch_in_stall(), 0);
}

TEST(PageTouches, CountOnlyWalksBetweenTheMoments) {
  const auto begin = SteadyClock::now();
  const PageTouches touches;
  while (touches.slowest_between(begin, SteadyClock::now()) == 0) std::this_thread::yield();
  EXPECT_EQ(touches.slowest_between(SteadyClock::time_point{}, begin), 0);
}

}  // namespace
}  // namespace rounds::bench
