#include "daemon/supervision.hpp"

#include <chrono>

#include <spdlog/spdlog.h>

#include "daemon/service_manager.hpp"

namespace rounds::daemon {
namespace {

constexpr std::chrono::seconds progress_interval{1};

// How long opening may take from each report on: as long as there are reports, it is under way.
// Reading one large event or flushing one table takes less.
constexpr std::chrono::seconds patience{60};

// A sign of life is found one look after it was asked for, and looks may be late.
constexpr int looks_per_watchdog_interval = 4;

}  // namespace

Supervision::Supervision(boost::asio::io_context& context, const ServedStore& store)
    : store_(store), timer_(context), committer_(*store.store, store.groups_finished) {}

void Supervision::opening() {
  if (service_manager::is_present()) tell_progress();
}

void Supervision::ready() {
  stop();
  service_manager::ready("serving");
  if (service_manager::watchdog_interval()) watch();
}

void Supervision::stop() {
  timer_.cancel();
}

void Supervision::tell_progress() {
  service_manager::starting(store_.condition().reason, patience);
  timer_.expires_after(progress_interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tell_progress();
  });
}

void Supervision::watch() {
  if (committer_.is_alive()) {
    service_manager::alive();
  } else {
    spdlog::error("the committer does not answer; the service manager is told nothing");
  }
  timer_.expires_after(*service_manager::watchdog_interval() / looks_per_watchdog_interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) watch();
  });
}

}  // namespace rounds::daemon
