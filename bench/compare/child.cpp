#include "bench/compare/child.hpp"

#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace rounds::bench {

Result<ChildProcess> start_program(std::string_view name,
                                   const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto program = self.parent_path() / name;
  if (error || !std::filesystem::exists(program, error)) {
    return fail(ErrorCode::io_error, fmt::format("{} is not there; build it", program.string()));
  }
  return ChildProcess::start(program, arguments);
}

Result<ChildProcess> start_child(std::string_view command, const ChildInput& input) {
  return start_program(
      "rounds-compare-child",
      {std::string(command), input.directory.string(), std::to_string(input.signatures),
       std::to_string(input.occurrences), std::to_string(input.seed)});
}

Result<Samples> read_samples(ChildProcess& child) {
  Samples samples;
  while (const auto line = child.read_line()) {
    std::istringstream words(*line);
    Sample sample;
    if (!(words >> sample.metric >> sample.value >> sample.unit)) {
      return fail(ErrorCode::corruption, fmt::format("'{}' is not a figure", *line));
    }
    samples.push_back(std::move(sample));
  }
  if (auto ended = child.wait(); !ended) return std::unexpected(std::move(ended.error()));
  if (samples.empty()) return fail(ErrorCode::corruption, "a child has printed no figures");
  return samples;
}

}  // namespace rounds::bench
