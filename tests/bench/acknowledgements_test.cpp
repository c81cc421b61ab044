#include "bench/support/acknowledgements.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace rounds::bench
