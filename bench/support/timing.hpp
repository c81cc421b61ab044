// Time and processor time of whole runs, and percentiles of the durations of single operations.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace rounds::bench {

using SteadyClock = std::chrono::steady_clock;
using Duration = SteadyClock::duration;

// A run that began when this was made. The processor time is that of all threads of the process, in
// user and kernel mode; unlike the other it hardly depends on what else the machine does.
class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] double seconds() const;
  [[nodiscard]] double processor_seconds() const;

 private:
  SteadyClock::time_point start_;
  double processor_start_;
};

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
