// What the service manager (systemd) is told, through the socket that it names in the environment:
// sd_notify(3). Without one everything here does nothing.
//
// Any thread; never waits.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace rounds::daemon::service_manager {

// Whether there is one that wants to be told.
[[nodiscard]] bool is_present();

// The service is up, or up again after reloading().
void ready(std::string_view status);
void reloading();
void stopping();

// What `systemctl status` shows. Starting goes on: it may take so much longer from now on.
void starting(std::string_view status, std::chrono::seconds at_most);

// A sign of life, for the watchdog.
void alive();

// How often the watchdog wants one at least; none if there is no watchdog for this process.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace rounds::daemon::service_manager
