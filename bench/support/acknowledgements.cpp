#include "bench/support/acknowledgements.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace rounds::bench {

SteadyClock::time_point Acknowledgements::submitted(SteadyClock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (waiting_ == 0) last_ = now;
  ++waiting_;
  return now;
}

void Acknowledgements::acknowledged(SteadyClock::time_point since, SteadyClock::time_point now) {
  const std::lock_guard lock(mutex_);
  ROUNDS_CHECK(waiting_ > 0, "what is acknowledged was submitted");
  latencies_.add(now - since);
  longest_stall_ = std::max(longest_stall_, now - last_);
  last_ = now;
  --waiting_;
}

Latencies Acknowledgements::latencies() const {
  const std::lock_guard lock(mutex_);
  return latencies_;
}

Duration Acknowledgements::longest_stall() const {
  const std::lock_guard lock(mutex_);
  return longest_stall_;
}

}  // namespace rounds::bench
