#include "bench/compare/measure.hpp"

#include <chrono>
#include <utility>

#include "bench/support/producer.hpp"

namespace rounds::bench {

Result<Samples> join(Result<Samples> first, Result<Samples> second) {
  if (!first) return first;
  if (!second) return second;
  first->insert(first->end(), second->begin(), second->end());
  return first;
}

Result<Totals> totals_of(SignatureStore& store) {
  const auto stats = store.get_stats();
  if (!stats) return std::unexpected(stats.error());
  return Totals{stats->occurrence_count, stats->signature_count};
}

Samples samples_of(const Acknowledgements& acknowledgements) {
  constexpr double milliseconds = 1e-3;  // in a microsecond
  Latencies latencies = acknowledgements.latencies();
  const std::chrono::duration<double, std::milli> stall = acknowledgements.longest_stall();
  return {{"ack_p50", latencies.percentile(0.5) * milliseconds, "ms"},
          {"ack_p99", latencies.percentile(0.99) * milliseconds, "ms"},
          {"ack_max", latencies.percentile(1) * milliseconds, "ms"},
          {"longest_stall", stall.count(), "ms"},
          {"page_touch_in_stall", acknowledgements.page_touch_in_stall(), "us"}};
}

Result<std::unique_ptr<RocksStore>> open_filled_rounds(const std::filesystem::path& directory,
                                                       const OccurrenceSource& source) {
  if (auto filled = fill_store(directory, source, {}); !filled) {
    return std::unexpected(std::move(filled.error()));
  }
  return RocksStore::open(directory);
}

Result<SqliteStore> open_filled_sqlite(const std::filesystem::path& directory,
                                       const OccurrenceStream& stream) {
  {
    auto store = SqliteStore::open(directory);
    if (!store) return store;
    Acknowledgements acknowledgements;
    auto filled =
        store->record(stream, 0, stream.size(), sqlite_transaction_occurrences, acknowledgements);
    if (!filled) return std::unexpected(std::move(filled.error()));
  }
  return SqliteStore::open(directory);
}

}  // namespace rounds::bench
