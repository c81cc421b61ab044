#include "bench/compare/child.hpp"

#include <string>
#include <system_error>

#include <fmt/format.h>

namespace rounds::bench {

Result<ChildProcess> start_child(std::string_view command, const ChildInput& input) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto program = self.parent_path() / "rounds-compare-child";
  if (error || !std::filesystem::exists(program, error)) {
    return fail(ErrorCode::io_error, fmt::format("{} is not there; build it", program.string()));
  }
  return ChildProcess::start(
      program, {std::string(command), input.directory.string(), std::to_string(input.signatures),
                std::to_string(input.occurrences), std::to_string(input.seed)});
}

}  // namespace rounds::bench
