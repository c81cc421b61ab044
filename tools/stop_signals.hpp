// Turns Ctrl-C and SIGTERM into a request to stop, for work that can end well.
//
// Made before other threads are, by the main thread.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace rounds::tools {

class StopSignals {
 public:
  // From now on the signals end nothing: they request a stop.
  StopSignals();

  // The signals do again what they did before.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  sigset_t signals_{};
  sigset_t before_{};
  std::stop_source stop_;
  std::jthread thread_;  // last: uses the above
};

}  // namespace rounds::tools
