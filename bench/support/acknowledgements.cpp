#include "bench/support/acknowledgements.hpp"

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
  if (now - last_ > longest_stall_) {
    longest_stall_ = now - last_;
    longest_stall_end_ = now;
  }
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

double Acknowledgements::page_touch_in_stall() const {
  const std::lock_guard lock(mutex_);
  return touches_.slowest_between(longest_stall_end_ - longest_stall_, longest_stall_end_);
}

}  // namespace rounds::bench
