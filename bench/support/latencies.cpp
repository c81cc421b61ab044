#include "bench/support/latencies.hpp"

#include <algorithm>
#include <cmath>

namespace rounds::bench {

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

double Latencies::percentile(double share) {
  if (durations_.empty()) return 0;
  std::ranges::sort(durations_);
  const auto rank = std::ceil(share * static_cast<double>(durations_.size()));
  const auto index = std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, durations_.size());
  return std::chrono::duration<double, std::micro>(durations_[index - 1]).count();
}

}  // namespace rounds::bench
