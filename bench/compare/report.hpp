// Collects the figures of all runs and shows them: a table and ratios for people, JSON for
// bench/report.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/compare/workload.hpp"
#include "core/error.hpp"

namespace rounds::bench {

// One metric of one system over all rounds.
struct Figure {
  std::string workload;
  System system;
  std::string metric;
  std::string unit;
  std::vector<double> values;  // one each round

  [[nodiscard]] double median() const;
  [[nodiscard]] double minimum() const;
  [[nodiscard]] double maximum() const;
};

// What a figure depends on besides the program.
struct RunFacts {
  std::string size;         // full, quick or tiny
  double load_average = 0;  // of the machine in the minute before: what else it did
};

class Report {
 public:
  void add(std::string_view workload, System system, const Samples& samples);

  // Medians with the smallest and largest value of the rounds beside them.
  [[nodiscard]] std::string table() const;

  // rounds over each other system, for the metrics that both have.
  [[nodiscard]] std::string ratios() const;

  // Writes DIRECTORY/WORKLOAD.json, where bench/report finds it:
  //   {"workload", "size", "machine": {"processor", "processors", "load_average"},
  //    "figures": [{"system", "metric", "unit", "values": [one each round]}]}
  // Creates the directory. Errors: io_error.
  [[nodiscard]] Result<void> write_json(const std::filesystem::path& directory,
                                        std::string_view workload, const RunFacts& facts) const;

 private:
  std::vector<Figure> figures_;
};

}  // namespace rounds::bench
