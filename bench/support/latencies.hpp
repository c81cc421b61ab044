// Durations of single operations, and their percentiles.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace rounds::bench {

using SteadyClock = std::chrono::steady_clock;
using Duration = SteadyClock::duration;

[[nodiscard]] double seconds_since(SteadyClock::time_point start);

// One thread at a time.
class Latencies {
 public:
  void reserve(std::size_t count) { durations_.reserve(count); }
  void add(Duration duration) { durations_.push_back(duration); }

  // The smallest duration that at least `share` (0 to 1) of all do not exceed, in microseconds: 0.5
  // is the median, 1 the maximum. 0 if there are none. Sorts.
  [[nodiscard]] double percentile(double share);

 private:
  std::vector<Duration> durations_;
};

}  // namespace rounds::bench
