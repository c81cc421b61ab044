// What issue and documentation promise of the grouping, on labelled cases.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/grouping/quality.hpp"

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

}  // namespace
}  // namespace rounds::test
