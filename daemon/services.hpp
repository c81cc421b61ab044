// What handlers work with. Owned by the server; everything in it is usable from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

#include "core/clock.hpp"
#include "daemon/access.hpp"
#include "daemon/backups.hpp"
#include "daemon/memory_budget.hpp"
#include "daemon/metrics.hpp"
#include "daemon/rebuilds.hpp"
#include "ingest/grouping.hpp"
#include "store/async_store.hpp"
#include "store/supervised_store.hpp"

namespace rounds::daemon {

struct Services {
  AsyncStore& store;
  Backups& backups;
  Rebuilds& rebuilds;
  Metrics& metrics;
  const Clock& clock;
  const Grouping& grouping;
  const std::atomic<bool>& stopping;
  const std::chrono::milliseconds heartbeat_interval;
  const MemoryBudget& request_memory;
  const std::function<Result<StoreMetrics>()>& store_metrics;  // as in ServerOptions
  const std::function<StoreCondition()>& store_condition;      // likewise
  const AccessControl& access;  // for handlers of routes with Access::open
};

}  // namespace rounds::daemon
