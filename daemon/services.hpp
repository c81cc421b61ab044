// What handlers work with. Owned by the server; everything in it is usable from any thread.
#pragma once

#include <atomic>

#include "core/clock.hpp"
#include "daemon/metrics.hpp"
#include "ingest/grouping.hpp"
#include "store/async_store.hpp"

namespace rounds::daemon {

struct Services {
  AsyncStore& store;
  Metrics& metrics;
  const Clock& clock;
  const Grouping& grouping;
  const std::atomic<bool>& stopping;
};

}  // namespace rounds::daemon
