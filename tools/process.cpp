#include "tools/process.hpp"

#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace rounds::tools {
namespace {

// Of a terminal that does not tell its width, as some in containers do.
constexpr std::size_t usual_columns = 80;

std::size_t columns_of(int file) {
  if (::isatty(file) == 0) return 0;
  winsize size{};
  const bool known = ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : usual_columns;
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

Process this_process() {
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  return Process{std::cin,
                 std::cout,
                 std::cerr,
                 environment_variable,
                 columns_of(STDOUT_FILENO),
                 columns_of(STDERR_FILENO)};
}

}  // namespace rounds::tools
