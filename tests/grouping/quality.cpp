#include "tests/grouping/quality.hpp"

#include <fstream>
#include <map>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>

#include "core/check.hpp"
#include "ingest/stack_trace.hpp"

namespace rounds::test {

std::vector<LabelledCase> load_labelled_cases(const std::string& part) {
  std::ifstream input(ROUNDS_TEST_DATA_DIR "/grouping/" + part + ".jsonl");
  ROUNDS_CHECK(input.is_open(), "the labelled cases are there");
  std::vector<LabelledCase> cases;
  for (std::string line; std::getline(input, line);) {
    const boost::json::value value = boost::json::parse(line);
    const auto text = [&value](std::string_view key) {
      return boost::json::value_to<std::string>(value.at(key));
    };
    LabelledCase& next = cases.emplace_back();
    next.failure = text("failure");
    next.language = text("language");
    next.occurrence.service = text("service");
    next.occurrence.error_type = text("error_type");
    next.occurrence.message = text("message");
    take_stack_trace(next.occurrence, text("stack_trace"), next.language);
  }
  return cases;
}

double GroupingQuality::together_percent() const {
  return 100.0 * static_cast<double>(same_together) / static_cast<double>(same_pairs);
}

namespace {

void note_splits(const std::map<std::string, std::map<std::string, std::size_t>>& groups_of_failure,
                 GroupingQuality& quality) {
  for (const auto& [failure, groups] : groups_of_failure) {
    if (groups.size() == 1) continue;
    quality.notes.push_back(fmt::format("{} is in {} groups", failure, groups.size()));
  }
}

void note_merges(const std::map<std::string, std::set<std::string>>& failures_of_group,
                 GroupingQuality& quality) {
  for (const auto& [fingerprint, failures] : failures_of_group) {
    if (failures.size() == 1) continue;
    quality.notes.push_back(
        fmt::format("{} and {} more are one group", *failures.begin(), failures.size() - 1));
  }
}

}  // namespace

GroupingQuality measure_grouping(const std::vector<LabelledCase>& cases, FingerprintRules rules) {
  GroupingQuality quality;
  quality.cases = cases.size();
  std::vector<std::string> fingerprints;
  std::map<std::string, std::map<std::string, std::size_t>> groups_of_failure;
  std::map<std::string, std::set<std::string>> failures_of_group;
  for (const LabelledCase& each : cases) {
    fingerprints.push_back(identify(each.occurrence, rules).identity->fingerprint);
    ++groups_of_failure[each.failure][fingerprints.back()];
    failures_of_group[fingerprints.back()].insert(each.failure);
  }
  quality.failures = groups_of_failure.size();
  quality.groups = failures_of_group.size();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (std::size_t j = i + 1; j < cases.size(); ++j) {
      const bool same = cases[i].failure == cases[j].failure;
      const bool together = fingerprints[i] == fingerprints[j];
      ++(same ? quality.same_pairs : quality.different_pairs);
      if (together) ++(same ? quality.same_together : quality.different_merged);
    }
  }
  note_splits(groups_of_failure, quality);
  note_merges(failures_of_group, quality);
  return quality;
}

}  // namespace rounds::test
