// The metrics of the store in the Prometheus text format.
//
// Without state: usable from any thread.
#pragma once

#include "core/signature_store.hpp"
#include "daemon/exposition.hpp"
#include "store/store_metrics.hpp"

namespace rounds::daemon {

// Totals over all signatures. No services, no fingerprints: their number is up to clients.
void add_store_stats(Exposition& exposition, const StoreStats& stats);

void add_store_metrics(Exposition& exposition, const StoreMetrics& metrics);

}  // namespace rounds::daemon
