#include "store/folded_occurrences.hpp"

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using Identity = std::shared_ptr<const SignatureIdentity>;

RecordOccurrences submission(const std::vector<std::pair<Identity, int>>& occurrences) {
  RecordOccurrences record;
  for (const auto& [identity, second] : occurrences) {
    record.occurrences.push_back(make_occurrence(identity, at_second(second)));
  }
  return record;
}

TEST(FoldedOccurrences, HaveCountAndTimeRangeOfEachIdentityInOrderOfAppearance) {
  const Identity one = make_identity("one");
  const Identity two = make_identity("two");
  auto record = submission({{two, 5}, {one, 7}, {two, 3}, {two, 9}});
  const auto entries = fold(record, Folding::by_identity);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].fingerprint.text, two->fingerprint);
  EXPECT_EQ(entries[0].count, 3U);
  EXPECT_EQ(entries[0].first_seen, at_second(3));
  EXPECT_EQ(entries[0].last_seen, at_second(9));
  EXPECT_EQ(entries[1].fingerprint.text, one->fingerprint);
  EXPECT_EQ(entries[1].count, 1U);
}

TEST(FoldedOccurrences, KeepTheFirstExemplarsOfEachAndNoOtherOccurrence) {
  const Identity one = make_identity("one");
  const Identity two = make_identity("two");
  auto record = submission({{one, 0}, {one, 1}, {one, 2}, {one, 3}, {two, 4}, {one, 5}, {two, 6}});
  const auto entries = fold(record, Folding::by_identity);
  ASSERT_EQ(entries.size(), 2U);
  const auto times_of = [&](const FoldedOccurrences& entry) {
    std::vector<Timestamp> times;
    for (const std::uint32_t place : entry.exemplars) {
      times.push_back(record.occurrences.at(place).exemplar.time);
    }
    return times;
  };
  EXPECT_EQ(times_of(entries[0]), (std::vector{at_second(0), at_second(1), at_second(2)}));
  EXPECT_EQ(times_of(entries[1]), (std::vector{at_second(4), at_second(6)}));
  EXPECT_EQ(record.occurrences.size(), 5U);
}

TEST(FoldedOccurrences, HoldNoMoreMemoryThanWhatIsKeptNeeds) {
  RecordOccurrences record;
  record.occurrences.assign(limits::max_occurrences_per_submission,
                            make_occurrence(make_identity("one"), at_second(1)));
  const auto entries = fold(record, Folding::by_identity);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].count, limits::max_occurrences_per_submission);
  EXPECT_LE(entries.capacity(), 4U);
  EXPECT_LE(record.occurrences.capacity(), 8U);
}

TEST(FoldedOccurrences, AreOneForEachOccurrenceWithoutFolding) {
  const Identity one = make_identity("one");
  auto record = submission({{one, 2}, {one, 1}});
  const auto entries = fold(record, Folding::none);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].first_seen, at_second(2));
  EXPECT_EQ(entries[1].last_seen, at_second(1));
  EXPECT_EQ(record.occurrences.size(), 2U);
}

TEST(FoldedOccurrences, OfEqualIdentitiesInTwoObjectsHaveTheSameFingerprint) {
  auto record = submission({{make_identity("one"), 1}, {make_identity("one"), 2}});
  const auto entries = fold(record, Folding::by_identity);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].fingerprint, entries[1].fingerprint);
}

}  // namespace
}  // namespace rounds::test
