// How well fingerprint rules group the labelled cases of tests/data/grouping.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/fingerprint.hpp"
#include "core/occurrence.hpp"

namespace rounds::test {

// One error, and which failure it is.
struct LabelledCase {
  std::string failure;
  std::string language;  // as telemetry.sdk.language; empty: a line without a stack trace
  Occurrence occurrence;
};

// The cases of tests/data/grouping/PART.jsonl, with their stack traces read as ingestion does.
[[nodiscard]] std::vector<LabelledCase> load_labelled_cases(const std::string& part);

// What rules make of cases, counted in pairs of cases.
struct GroupingQuality {
  std::size_t cases = 0;
  std::size_t failures = 0;
  std::size_t groups = 0;            // distinct fingerprints
  std::size_t same_pairs = 0;        // pairs of one failure
  std::size_t same_together = 0;     // of these, with one fingerprint
  std::size_t different_pairs = 0;   // pairs of two failures
  std::size_t different_merged = 0;  // of these, with one fingerprint
  std::vector<std::string> notes;    // a line for each failure that is split or merged

  [[nodiscard]] double together_percent() const;
};

[[nodiscard]] GroupingQuality measure_grouping(const std::vector<LabelledCase>& cases,
                                               FingerprintRules rules);

// The same of a store that gets all cases by each of the rules in turn: what counts is which
// signature has a case after the last turn.
[[nodiscard]] GroupingQuality measure_store(const std::vector<LabelledCase>& cases,
                                            const std::vector<FingerprintRules>& turns);

// How many signatures such a store has in the end.
[[nodiscard]] std::size_t count_signatures(const std::vector<LabelledCase>& cases,
                                           const std::vector<FingerprintRules>& turns);

}  // namespace rounds::test
