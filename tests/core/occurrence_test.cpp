#include "core/occurrence.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/support/samples.hpp"

namespace rounds {
namespace {

Exemplar exemplar_at(std::int64_t second) {
  return test::make_occurrence(test::make_identity("a"), test::at_second(second)).exemplar;
}

TEST(OccurrenceSummary, TakesItsTimesFromTheFirstOccurrence) {
  OccurrenceSummary summary;
  Exemplar before_the_epoch = exemplar_at(0);
  before_the_epoch.time = timestamp_from_microseconds(-5);
  summary.add(before_the_epoch);
  EXPECT_EQ(summary.count, 1U);
  EXPECT_EQ(summary.first_seen, before_the_epoch.time);
  EXPECT_EQ(summary.last_seen, before_the_epoch.time);
}

TEST(OccurrenceSummary, FoldsInAnyOrder) {
  OccurrenceSummary summary;
  for (const int second : {5, 9, 1, 7}) summary.add(exemplar_at(second));
  EXPECT_EQ(summary.count, 4U);
  EXPECT_EQ(summary.first_seen, test::at_second(1));
  EXPECT_EQ(summary.last_seen, test::at_second(9));
}

TEST(OccurrenceSummary, KeepsTheFirstExemplarsUpToTheLimit) {
  OccurrenceSummary summary;
  std::vector<Exemplar> first;
  for (std::int64_t second = 0; second < 100; ++second) {
    summary.add(exemplar_at(second));
    if (first.size() < limits::max_exemplars_per_event) first.push_back(exemplar_at(second));
  }
  EXPECT_EQ(summary.count, 100U);
  EXPECT_EQ(summary.exemplars, first);
}

}  // namespace
}  // namespace rounds
