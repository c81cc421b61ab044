#include "daemon/file_limit.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace rounds::daemon {

std::size_t raise_file_limit() {
  // What POSIX promises to every process.
  constexpr std::size_t least = 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return least;
  rlimit raised = limit;
  raised.rlim_cur = raised.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

std::size_t connections_for(std::size_t files, std::size_t wanted) {
  return std::clamp<std::size_t>(files / 2, 1, wanted);
}

}  // namespace rounds::daemon
