#include "bench/compare/report.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

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

std::string processor_name() {
  std::ifstream processors("/proc/cpuinfo");
  for (std::string line; std::getline(processors, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
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
          peer.metric != own.metric || peer.median() == 0 || own.unit == "occurrences") {
        continue;
      }
      text += fmt::format("{:<16}{:<26}{:<24}{:>8.3g}\n", own.workload, own.metric,
                          fmt::format("rounds/{}", to_string(peer.system)),
                          own.median() / peer.median());
    }
  }
  return text;
}

Result<void> Report::write_json(const std::filesystem::path& directory, std::string_view workload,
                                const RunFacts& facts) const {
  boost::json::array figures;
  for (const Figure& figure : figures_) {
    if (figure.workload != workload) continue;
    figures.push_back(boost::json::object{{"system", std::string(to_string(figure.system))},
                                          {"metric", figure.metric},
                                          {"unit", figure.unit},
                                          {"values", boost::json::value_from(figure.values)}});
  }
  const boost::json::object machine{{"processor", processor_name()},
                                    {"processors", std::thread::hardware_concurrency()},
                                    {"load_average", facts.load_average}};
  const boost::json::object run{{"workload", std::string(workload)},
                                {"size", facts.size},
                                {"machine", machine},
                                {"figures", std::move(figures)}};
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  const auto file = directory / fmt::format("{}.json", workload);
  std::ofstream out(file);
  out << boost::json::serialize(run) << '\n';
  out.close();
  if (out) return {};
  return fail(ErrorCode::io_error, fmt::format("cannot write {}; name a directory that can be "
                                               "written to with --json",
                                               file.string()));
}

}  // namespace rounds::bench
