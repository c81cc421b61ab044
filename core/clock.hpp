// Where the present time comes from, so that tests can set it.
//
// Only the write path reads a clock (the time of an event) and the edges do (ages shown to people);
// projections never do, or a replay would differ. Implementations are usable from any thread.
#pragma once

#include "core/time.hpp"

namespace rounds {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // The present time. May jump in either direction, as the system's clock does.
  [[nodiscard]] virtual Timestamp now() const = 0;
};

// The operating system's real-time clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

// The process-wide SystemClock. Lives as long as the process.
[[nodiscard]] const Clock& system_clock();

}  // namespace rounds
