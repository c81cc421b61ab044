#include "tests/grouping/quality.hpp"

#include <fstream>
#include <map>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>

#include "core/check.hpp"
#include "ingest/stack_trace.hpp"
#include "store/memory_store.hpp"

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

// What it comes to if each case is in the group at its place.
GroupingQuality measure_groups(const std::vector<LabelledCase>& cases,
                               const std::vector<std::string>& group_of_case) {
  GroupingQuality quality;
  quality.cases = cases.size();
  std::map<std::string, std::map<std::string, std::size_t>> groups_of_failure;
  std::map<std::string, std::set<std::string>> failures_of_group;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    ++groups_of_failure[cases[i].failure][group_of_case[i]];
    failures_of_group[group_of_case[i]].insert(cases[i].failure);
  }
  quality.failures = groups_of_failure.size();
  quality.groups = failures_of_group.size();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (std::size_t j = i + 1; j < cases.size(); ++j) {
      const bool same = cases[i].failure == cases[j].failure;
      const bool together = group_of_case[i] == group_of_case[j];
      ++(same ? quality.same_pairs : quality.different_pairs);
      if (together) ++(same ? quality.same_together : quality.different_merged);
    }
  }
  note_splits(groups_of_failure, quality);
  note_merges(failures_of_group, quality);
  return quality;
}

// Records a case and returns the id of its signature.
std::string record_case(SignatureStore& store, const LabelledCase& each, FingerprintRules rules) {
  const IdentifiedOccurrence occurrence = identify(each.occurrence, rules);
  const auto committed = store.record({occurrence});
  ROUNDS_CHECK(committed.has_value(), "a store in memory takes occurrences");
  const auto history = store.subscribe(committed->sequence);
  const auto events = (*history)->poll(1);
  ROUNDS_CHECK(events && !events->empty(), "its last event is of the signature");
  return events->front().signature_id.to_string();
}

}  // namespace

GroupingQuality measure_grouping(const std::vector<LabelledCase>& cases, FingerprintRules rules) {
  std::vector<std::string> fingerprints;
  fingerprints.reserve(cases.size());
  for (const LabelledCase& each : cases) {
    fingerprints.push_back(make_identity_of(each.occurrence, rules)->fingerprint);
  }
  return measure_groups(cases, fingerprints);
}

namespace {

// Records all cases by each of the rules in turn; the ids of their signatures in the last one.
std::vector<std::string> record_turns(SignatureStore& store, const std::vector<LabelledCase>& cases,
                                      const std::vector<FingerprintRules>& turns) {
  std::vector<std::string> signatures(cases.size());
  for (const FingerprintRules rules : turns) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      signatures[i] = record_case(store, cases[i], rules);
    }
  }
  return signatures;
}

}  // namespace

GroupingQuality measure_store(const std::vector<LabelledCase>& cases,
                              const std::vector<FingerprintRules>& turns) {
  MemoryStore store;
  return measure_groups(cases, record_turns(store, cases, turns));
}

std::size_t count_signatures(const std::vector<LabelledCase>& cases,
                             const std::vector<FingerprintRules>& turns) {
  MemoryStore store;
  static_cast<void>(record_turns(store, cases, turns));
  return store.get_stats()->signature_count;
}

}  // namespace rounds::test
