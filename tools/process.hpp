// What a program of this folder gets from the process it runs in, so that tests can pass their own:
// streams, the environment, the size of the terminals and the time.
//
// Belongs to one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/clock.hpp"

namespace rounds::tools {

struct Process {
  std::istream& in;
  std::ostream& out;  // results, and nothing else
  std::ostream& err;  // errors, notes and progress

  // The value of an environment variable; none if it is unset or empty.
  std::function<std::optional<std::string>(const std::string&)> environment;

  // The width of the terminal behind each stream; 0 if it is none.
  std::size_t out_columns = 0;
  std::size_t err_columns = 0;

  const Clock* clock = &system_clock();  // never null
};

// The process that this code runs in. Makes std::cin and std::cout fast: nothing else may use C's
// stdin and stdout afterwards.
[[nodiscard]] Process this_process();

}  // namespace rounds::tools
