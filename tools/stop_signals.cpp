#include "tools/stop_signals.hpp"

#include <ctime>

namespace rounds::tools {
namespace {

// How often the thread looks whether it is still wanted.
constexpr timespec look_interval{.tv_sec = 0, .tv_nsec = 50'000'000};

}  // namespace

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  // Threads that are made from now on block them as well.
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  thread_ = std::jthread([this](const std::stop_token& ended) {
    while (!ended.stop_requested()) {
      if (sigtimedwait(&signals_, nullptr, &look_interval) < 0) continue;
      stop_.request_stop();
      return;
    }
  });
}

StopSignals::~StopSignals() {
  thread_.request_stop();
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace rounds::tools
