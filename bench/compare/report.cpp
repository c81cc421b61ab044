#include "bench/compare/report.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include <boost/json/src.hpp>  // header-only: compiled here, once for the program
#include <fmt/format.h>

namespace rounds::bench {
namespace {

// Three significant digits are what such figures are good for; large ones get separators.
std::string show(double value) {
  if (value < 100) return fmt::format("{:.3g}", value);
  std::string digits = fmt::format("{:.0f}", value);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), ",");
  }
  return digits;
}

}  // namespace

double Figure::median() const {
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

double Figure::minimum() const {
  return *std::ranges::min_element(values);
}

double Figure::maximum() const {
  return *std::ranges::max_element(values);
}

void Report::add(std::string_view workload, System system, const Samples& samples) {
  for (const Sample& sample : samples) {
    const auto same = [&](const Figure& figure) {
      return figure.workload == workload && figure.system == system &&
             figure.metric == sample.metric;
    };
    auto figure = std::ranges::find_if(figures_, same);
    if (figure == figures_.end()) {
      figures_.push_back({std::string(workload), system, sample.metric, sample.unit, {}});
      figure = std::prev(figures_.end());
    }
    figure->values.push_back(sample.value);
  }
}

std::string Report::table() const {
  std::string text = fmt::format("{:<16}{:<16}{:<26}{:>12}{:>12}{:>12}  {}\n", "workload", "system",
                                 "metric", "median", "min", "max", "unit");
  for (const Figure& figure : figures_) {
    text += fmt::format("{:<16}{:<16}{:<26}{:>12}{:>12}{:>12}  {}\n", figure.workload,
                        to_string(figure.system), figure.metric, show(figure.median()),
                        show(figure.minimum()), show(figure.maximum()), figure.unit);
  }
  return text;
}

std::string Report::ratios() const {
  std::string text;
  for (const Figure& own : figures_) {
    if (own.system != System::rounds) continue;
    for (const Figure& peer : figures_) {
      if (peer.system == System::rounds || peer.workload != own.workload ||
          peer.metric != own.metric || peer.median() == 0) {
        continue;
      }
      text += fmt::format("{:<16}{:<26}{:<24}{:>8.3g}\n", own.workload, own.metric,
                          fmt::format("rounds/{}", to_string(peer.system)),
                          own.median() / peer.median());
    }
  }
  return text;
}

Result<void> Report::write_json(const std::filesystem::path& file) const {
  boost::json::array list;
  for (const Figure& figure : figures_) {
    list.push_back(boost::json::object{{"workload", figure.workload},
                                       {"system", std::string(to_string(figure.system))},
                                       {"metric", figure.metric},
                                       {"value", figure.median()},
                                       {"unit", figure.unit},
                                       {"min", figure.minimum()},
                                       {"max", figure.maximum()}});
  }
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  std::ofstream out(file);
  out << boost::json::serialize(list) << '\n';
  out.close();
  if (out) return {};
  return fail(ErrorCode::io_error,
              fmt::format("cannot write {}; name a writable file with --json", file.string()));
}

}  // namespace rounds::bench
