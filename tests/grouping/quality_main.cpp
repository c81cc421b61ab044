// grouping_quality: prints how well each version of the fingerprint rules groups the labelled
// cases, as the table of docs/grouping.md. With --notes it also says, of the part that the rules
// were developed with, what is split or merged by v2; never of the part that was held out.
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "tests/grouping/quality.hpp"

int main(int argc, char** argv) {
  using namespace rounds;
  const bool notes = argc > 1 && std::string_view(argv[1]) == "--notes";
  fmt::print(
      "| cases | rules | cases | failures | groups | same failure together | different "
      "failures merged |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
  for (const auto& [part, title] :
       {std::pair("cases", "developed with"), {"held_out", "held out"}}) {
    const auto cases = test::load_labelled_cases(part);
    for (const FingerprintRules rules : {FingerprintRules::v1, FingerprintRules::v2}) {
      const test::GroupingQuality quality = test::measure_grouping(cases, rules);
      fmt::print("| {} | {} | {} | {} | {} | {} of {} pairs, {:.2f} % | {} of {} pairs |\n", title,
                 to_string(rules), quality.cases, quality.failures, quality.groups,
                 quality.same_together, quality.same_pairs, quality.together_percent(),
                 quality.different_merged, quality.different_pairs);
      if (!notes || rules == FingerprintRules::v1 || std::string_view(part) != "cases") continue;
      for (const std::string& note : quality.notes) fmt::print("{}\n", note);
    }
  }
}
