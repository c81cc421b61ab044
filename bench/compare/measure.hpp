// What several workloads share: timing single operations, and systems that hold a stream already.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bench/compare/sqlite_store.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/acknowledgements.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "bench/support/timing.hpp"
#include "core/error.hpp"
#include "store/rocks_store.hpp"

namespace rounds::bench {

// Times `operation(i)`, a Result<void>, for each i below `count`, one after the other. Returns the
// samples METRIC_p50 and METRIC_p99. Errors: that of the first operation that fails.
template <typename Operation>
[[nodiscard]] Result<Samples> measure_latencies(std::string_view metric, std::uint64_t count,
                                                const Operation& operation) {
  Latencies latencies;
  latencies.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = SteadyClock::now();
    Result<void> done = operation(i);
    latencies.add(SteadyClock::now() - start);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  return Samples{{std::string(metric) + "_p50", latencies.percentile(0.5), "us"},
                 {std::string(metric) + "_p99", latencies.percentile(0.99), "us"}};
}

// `first` followed by `second`. Errors: those of either.
[[nodiscard]] Result<Samples> join(Result<Samples> first, Result<Samples> second);

// What the store has counted. Errors: those of get_stats().
[[nodiscard]] Result<Totals> totals_of(SignatureStore& store);

// ack_p50, ack_p99, ack_max and longest_stall in milliseconds, page_touch_in_stall in microseconds.
[[nodiscard]] Samples samples_of(const Acknowledgements& acknowledgements);

// A store in `directory` that has recorded the source and was opened again since, so that all of it
// is on disk and none in the live set.
[[nodiscard]] Result<std::unique_ptr<RocksStore>> open_filled_rounds(
    const std::filesystem::path& directory, const OccurrenceSource& source);

// SQLite in `directory` that has recorded the stream in large transactions and was opened again
// since: nothing is left in its WAL.
[[nodiscard]] Result<SqliteStore> open_filled_sqlite(const std::filesystem::path& directory,
                                                     const OccurrenceStream& stream);

}  // namespace rounds::bench
