// What docs/grouping.md promises of the fingerprint rules, on labelled cases.
#include "tests/grouping/quality.hpp"

#include <map>
#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace rounds::test {
namespace {

TEST(GroupingQuality, IsMeasuredOnCasesOfTenLanguagesAndLinesWithoutAStack) {
  for (const std::string part : {"cases", "held_out"}) {
    std::map<std::string, std::size_t> failures_of_language;
    std::set<std::string> failures;
    for (const LabelledCase& each : load_labelled_cases(part)) {
      if (failures.insert(each.failure).second) ++failures_of_language[each.language];
      EXPECT_EQ(each.occurrence.frames.empty() && each.occurrence.causes.empty(),
                each.language.empty())
          << each.failure << ": its stack trace is not understood";
    }
    EXPECT_EQ(failures_of_language.size(), 11U) << part;
  }
  EXPECT_GE(load_labelled_cases("cases").size(), 300U);
  EXPECT_GE(load_labelled_cases("held_out").size(), 100U);
}

TEST(GroupingQuality, OfRulesV2MergesNothingAndKeepsNearlyAllTogether) {
  for (const std::string part : {"cases", "held_out"}) {
    const GroupingQuality quality =
        measure_grouping(load_labelled_cases(part), FingerprintRules::v2);
    EXPECT_EQ(quality.different_merged, 0U) << part;
    EXPECT_GE(quality.together_percent(), 99.0) << part;
  }
}

// A store looks at both fingerprints: what v1 merges must not reach what v2 tells apart.
TEST(GroupingQuality, OfAStoreWithRulesV2IsThatOfTheirFingerprints) {
  for (const std::string part : {"cases", "held_out"}) {
    const auto cases = load_labelled_cases(part);
    const GroupingQuality fingerprints = measure_grouping(cases, FingerprintRules::v2);
    const GroupingQuality store = measure_store(cases, {FingerprintRules::v2});
    EXPECT_EQ(store.groups, fingerprints.groups) << part;
    EXPECT_EQ(store.same_together, fingerprints.same_together) << part;
    EXPECT_EQ(store.different_merged, 0U) << part;
  }
}

TEST(GroupingQuality, OfAStoreThatChangesToRulesV2IsNoWorseThanBefore) {
  for (const std::string part : {"cases", "held_out"}) {
    const auto cases = load_labelled_cases(part);
    const GroupingQuality before = measure_grouping(cases, FingerprintRules::v1);
    const GroupingQuality after =
        measure_store(cases, {FingerprintRules::v1, FingerprintRules::v2});
    EXPECT_LT(after.groups, before.groups) << part << ": what v2 takes for one failure grows on";
    EXPECT_GT(after.together_percent(), 90.0) << part;
  }
}

// No failure begins anew: each occurrence is of a signature that was there.
TEST(GroupingQuality, AChangeOfRulesBeginsNoSignature) {
  const auto cases = load_labelled_cases("cases");
  for (const auto& [from, to] : {std::pair(FingerprintRules::v1, FingerprintRules::v2),
                                 std::pair(FingerprintRules::v2, FingerprintRules::v1)}) {
    const std::size_t before = count_signatures(cases, {from});
    EXPECT_EQ(count_signatures(cases, {from, to}), before) << to_string(to);
    EXPECT_EQ(count_signatures(cases, {from, to, from}), before) << "and back";
  }
}

TEST(GroupingQuality, OfRulesV1IsWorse) {
  const auto cases = load_labelled_cases("cases");
  const GroupingQuality v1 = measure_grouping(cases, FingerprintRules::v1);
  EXPECT_GT(v1.different_merged, 0U);
  EXPECT_LT(v1.together_percent(), 50.0);
}

}  // namespace
}  // namespace rounds::test
