// Collects the figures of all runs and shows them: a table and ratios for people, JSON for
// machines.
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

class Report {
 public:
  void add(std::string_view workload, System system, const Samples& samples);

  // Medians with the smallest and largest value of the rounds beside them.
  [[nodiscard]] std::string table() const;

  // rounds over each other system, for the metrics that both have.
  [[nodiscard]] std::string ratios() const;

  // A list of {"workload", "system", "metric", "value", "unit", "min", "max"}; the value is the
  // median. Creates the directory. Errors: io_error.
  [[nodiscard]] Result<void> write_json(const std::filesystem::path& file) const;

 private:
  std::vector<Figure> figures_;
};

}  // namespace rounds::bench
