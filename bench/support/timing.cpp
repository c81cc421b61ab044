#include "bench/support/timing.hpp"

#include <algorithm>
#include <cmath>

#include <time.h>

#include "core/check.hpp"

namespace rounds::bench {

namespace {

double processor_time() {
  timespec time{};
  ROUNDS_CHECK(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0,
               "a process has a clock of its processor time");
  constexpr double nanoseconds = 1e-9;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * nanoseconds;
}

}  // namespace

Stopwatch::Stopwatch() : start_(SteadyClock::now()), processor_start_(processor_time()) {}

double Stopwatch::seconds() const {
  return std::chrono::duration<double>(SteadyClock::now() - start_).count();
}

double Stopwatch::processor_seconds() const {
  return processor_time() - processor_start_;
}

double Latencies::percentile(double share) {
  if (durations_.empty()) return 0;
  std::ranges::sort(durations_);
  const auto rank = std::ceil(share * static_cast<double>(durations_.size()));
  const auto index = std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, durations_.size());
  return std::chrono::duration<double, std::micro>(durations_[index - 1]).count();
}

}  // namespace rounds::bench
