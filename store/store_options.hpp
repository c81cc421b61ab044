// What all stores are opened with, wherever they keep their signatures.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "core/clock.hpp"
#include "core/exemplar_sampling.hpp"
#include "core/ids.hpp"
#include "core/lifecycle.hpp"

namespace rounds {

// Senders give up before: OpenTelemetry's SDKs after a minute, its Collector after five.
inline constexpr std::chrono::seconds default_dedup_window{600};

struct StoreOptions {
  const Clock* clock = &system_clock();  // never null; must outlive the store
  LifecyclePolicy policy;
  // Of the ids of new signatures; never null. A store calls it on one thread at a time.
  std::unique_ptr<SignatureIdGenerator> ids = std::make_unique<Uuid7Generator>();
  // How long keys of occurrences are remembered (RecordOccurrences::keys), by the times of commits:
  // what comes again meanwhile is not counted again. 0: each occurrence counts. A bounded number is
  // remembered: under a storm of more, the oldest are forgotten earlier.
  std::chrono::seconds dedup_window = default_dedup_window;
  // New signatures that occurrences may make in a minute, by the times of commits, in each service;
  // what is over it counts on an overflow signature (core/signature_budget.hpp). 0: no limit.
  std::uint32_t new_signatures_per_minute = 0;
  // Exemplars that a signature may have in an hour, by the times of commits, besides those of its
  // first occurrences (core/exemplar_sampling.hpp), which also has the most. 0: no limit.
  std::uint32_t exemplars_per_hour = default_exemplars_per_hour;
};

}  // namespace rounds
