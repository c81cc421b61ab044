// What a store on disk tells about its work, as numbers: what it has counted, and how things stand.
//
// StoreCounters are lock-free and may be used from any thread. They outlive a store that is opened
// again after a failure, so that its counts go on. StoreMetrics are values.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/event.hpp"
#include "core/histogram.hpp"
#include "eventlog/database_metrics.hpp"

namespace rounds {

// Ranges for the occurrences of a commit group, up to the largest there is.
inline constexpr std::array<std::uint64_t, 10> group_size_bounds{
    1, 4, 16, 64, 256, 1024, 4096, 16'384, 65'536, 262'144};

struct StoreCounters {
  // From when the committer begins with a group to when all of its callers were told; nanoseconds.
  Histogram commit_durations{duration_bounds_ns};
  // Of each sync of the log's write-ahead log; nanoseconds. Never null.
  std::shared_ptr<Histogram> sync_durations = std::make_shared<Histogram>(duration_bounds_ns);
  // Occurrences in each group that was committed; commands are none.
  Histogram group_sizes{group_size_bounds};
  std::atomic<std::uint64_t> recorded_occurrences = 0;  // durable and visible
  std::atomic<std::uint64_t> appended_events = 0;       // likewise, of all kinds
  // Of the recorded ones, those that count on an overflow signature (core/signature_budget.hpp).
  std::atomic<std::uint64_t> overflowed_occurrences = 0;
  // Keys of what was recorded that were forgotten before the end of the window: there were too
  // many. What they tell of counts again if it comes again.
  std::atomic<std::uint64_t> keys_forgotten_early = 0;
};

// One commit group, as it was finished.
struct GroupCommit {
  std::chrono::nanoseconds taken{};
  std::size_t submissions = 0;
  std::uint64_t occurrences = 0;
};

// What waits for the committer.
struct QueueDepth {
  std::size_t submissions = 0;
  std::size_t occurrences = 0;
  std::size_t bytes = 0;  // about what they take in memory
};

struct StoreMetrics {
  HistogramCounts commit_durations_ns;
  HistogramCounts sync_durations_ns;
  HistogramCounts group_sizes;
  std::uint64_t recorded_occurrences = 0;
  std::uint64_t appended_events = 0;
  std::uint64_t overflowed_occurrences = 0;
  std::uint64_t keys_forgotten_early = 0;
  QueueDepth queue;
  Sequence log_sequence = 0;        // of the last event that queries see
  Sequence projected_sequence = 0;  // up to which events have reached the projections' disk
  // How long ago the first event that has not was committed; 0 if there is none.
  double projector_lag_seconds = 0;
  // Of the layer in memory: from 1 on it is to be written, at 3 no more writes are taken.
  double layer_fill = 0;
  DatabaseMetrics log;
  DatabaseMetrics projections;
};

}  // namespace rounds
