#include "core/exemplar_sampling.hpp"

#include <gtest/gtest.h>

namespace rounds {
namespace {

std::size_t kept_of(std::uint64_t before, std::size_t offered, bool may_take_one) {
  return exemplars_to_keep(before, offered, [=] { return may_take_one; });
}

TEST(ExemplarSampling, KeepsThoseOfTheFirstOccurrences) {
  EXPECT_EQ(kept_of(0, 3, false), 3U);
  EXPECT_EQ(kept_of(1, 3, false), 3U);
  EXPECT_EQ(kept_of(first_occurrences_with_exemplars - 1, 3, false), 1U);
}

TEST(ExemplarSampling, KeepsOneAtATimeBehindThem) {
  EXPECT_EQ(kept_of(first_occurrences_with_exemplars, 3, true), 1U);
  EXPECT_EQ(kept_of(first_occurrences_with_exemplars, 3, false), 0U);
  EXPECT_EQ(kept_of(1'000'000, 1, true), 1U);
}

TEST(ExemplarSampling, AsksForOneOnlyIfThereIsOne) {
  bool asked = false;
  EXPECT_EQ(exemplars_to_keep(1000, 0, [&] { return asked = true; }), 0U);
  EXPECT_FALSE(asked);
}

TEST(ExemplarSampling, NeverFitsOneMoreIntoAnHour) {
  for (const std::uint32_t per_hour : {1U, 4U, 7U, 1'000U, most_exemplars_per_hour}) {
    // The next one may come when more than the interval has passed.
    const auto least = exemplar_interval(per_hour) + std::chrono::microseconds{1};
    EXPECT_GT(least * per_hour, std::chrono::hours{1}) << per_hour;
    EXPECT_LE(exemplar_interval(per_hour) * per_hour, std::chrono::hours{1}) << per_hour;
  }
}

}  // namespace
}  // namespace rounds
