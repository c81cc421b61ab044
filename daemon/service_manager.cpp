#include "daemon/service_manager.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

namespace rounds::daemon::service_manager {
namespace {

// A notification that is lost changes nothing that the daemon could do.
void notify(const std::string& state) {
  static_cast<void>(::sd_notify(0, state.c_str()));
}

}  // namespace

bool is_present() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  return std::getenv("NOTIFY_SOCKET") != nullptr;
}

void ready(std::string_view status) {
  notify(fmt::format("READY=1\nSTATUS={}", status));
}

void reloading() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
}

void stopping() {
  notify("STOPPING=1\nSTATUS=finishing the requests in flight");
}

void starting(std::string_view status, std::chrono::seconds at_most) {
  notify(fmt::format("STATUS={}\nEXTEND_TIMEOUT_USEC={}", status,
                     std::chrono::microseconds(at_most).count()));
}

void alive() {
  notify("WATCHDOG=1");
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

}  // namespace rounds::daemon::service_manager
