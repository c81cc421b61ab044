#include "bench/support/process_usage.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace rounds::bench {
namespace {

// The user and kernel time in /proc/PID/stat, fields 14 and 15: the name of the program, field 2,
// may hold spaces and ends with the last parenthesis.
double processor_seconds(const std::string& stat) {
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  constexpr int fields_between = 11;
  std::string ignored;
  for (int i = 0; i < fields_between; ++i) fields >> ignored;
  double user = 0;
  double kernel = 0;
  fields >> user >> kernel;
  return (user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

Result<ProcessUsage> usage_of(pid_t process) {
  constexpr double bytes_in_kibibyte = 1024;
  constexpr std::string_view field = "VmHWM:";
  const std::string directory = fmt::format("/proc/{}/", process);
  std::string stat;
  std::getline(std::ifstream(directory + "stat") >> std::ws, stat);
  std::ifstream status(directory + "status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(field) || stat.empty()) continue;
    return ProcessUsage{processor_seconds(stat),
                        std::strtod(line.c_str() + field.size(), nullptr) * bytes_in_kibibyte};
  }
  return fail(
      ErrorCode::io_error,
      fmt::format("{}stat and status do not say what it has used; it may have ended", directory));
}

}  // namespace rounds::bench
