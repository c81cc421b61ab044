// zipf-coalesced and zipf-each: how fast occurrences are taken in bulk, each acknowledged as
// durable, and how much disk they take. The clock runs until the last acknowledgement and until the
// system is closed, so that no work is left for later.
#include <algorithm>
#include <string>
#include <utility>

#include "bench/compare/raw_rocksdb.hpp"
#include "bench/compare/sqlite_store.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/scratch_directory.hpp"
#include "bench/support/timing.hpp"
#include "eventlog/event_log.hpp"

namespace rounds::bench {
namespace {

constexpr double milliseconds = 1e-3;  // in a microsecond
constexpr double microseconds = 1e6;   // in a second

class RecordWorkload final : public Workload {
 public:
  struct Options {
    std::string name;
    StreamOptions stream;
    bool coalesce = true;
    std::vector<System> systems;
    std::uint64_t rowwise_occurrences = 0;
  };

  explicit RecordWorkload(Options options) : options_(std::move(options)) {}

  std::string_view name() const override { return options_.name; }
  std::vector<System> systems() const override { return options_.systems; }
  void prepare() override {
    stream_.emplace(options_.stream);
    expected_ = stream_->totals_of_first(stream_->size());
  }

  Result<Samples> run(System system, const std::filesystem::path& directory) override {
    switch (system) {
      case System::rounds:
        return run_rounds(directory);
      case System::rocksdb:
        return run_rocksdb(directory);
      case System::sqlite:
        return run_sqlite(directory, stream_->size(), sqlite_transaction_occurrences);
      case System::sqlite_rowwise:
        return run_sqlite(directory, std::min(options_.rowwise_occurrences, stream_->size()), 1);
    }
    std::unreachable();
  }

 private:
  Result<Samples> run_rounds(const std::filesystem::path& directory) {
    RocksStoreOptions store_options;
    store_options.coalesce_occurrences = options_.coalesce;
    auto store = RocksStore::open(directory, std::move(store_options));
    if (!store) return std::unexpected(std::move(store.error()));
    const Stopwatch stopwatch;
    auto latencies = record_all(**store, *stream_);
    if (!latencies) return std::unexpected(std::move(latencies.error()));
    const Sequence events = (*store)->log()->last_sequence();
    if (auto closed = (*store)->close(); !closed) return std::unexpected(closed.error());
    Samples samples = bulk_samples(stopwatch, stream_->size(), directory);
    const auto count = static_cast<double>(stream_->size());
    const auto log_bytes = static_cast<double>(bytes_below(log_directory(directory)));
    samples.push_back({"log_bytes_per_occurrence", log_bytes / count, "bytes"});
    samples.push_back({"events_per_occurrence", static_cast<double>(events) / count, "events"});
    samples.push_back({"ack_p50", latencies->percentile(0.5) * milliseconds, "ms"});
    samples.push_back({"ack_p99", latencies->percentile(0.99) * milliseconds, "ms"});
    samples.push_back({"ack_max", latencies->percentile(1) * milliseconds, "ms"});
    if (auto right = check_rounds(directory); !right) return std::unexpected(right.error());
    return samples;
  }

  // Opened anew: what counts is what reached the disk.
  Result<void> check_rounds(const std::filesystem::path& directory) {
    auto store = RocksStore::open(directory);
    if (!store) return std::unexpected(std::move(store.error()));
    const auto stats = (*store)->get_stats();
    if (!stats) return std::unexpected(stats.error());
    return check_totals("rounds", {stats->occurrence_count, stats->signature_count}, expected_);
  }

  Result<Samples> run_rocksdb(const std::filesystem::path& directory) {
    auto database = RawRocksdb::open(directory);
    if (!database) return std::unexpected(std::move(database.error()));
    const Stopwatch stopwatch;
    if (auto done = database->write(*stream_); !done) return std::unexpected(done.error());
    if (auto closed = database->close(); !closed) return std::unexpected(closed.error());
    Samples samples = bulk_samples(stopwatch, stream_->size(), directory);
    auto reopened = RawRocksdb::open(directory);
    if (!reopened) return std::unexpected(std::move(reopened.error()));
    const auto found = reopened->scan(stream_->signature_count());
    if (!found) return std::unexpected(found.error());
    if (auto right = check_totals("rocksdb", *found, expected_); !right) {
      return std::unexpected(right.error());
    }
    return samples;
  }

  Result<Samples> run_sqlite(const std::filesystem::path& directory, std::uint64_t occurrences,
                             std::uint64_t per_transaction) {
    std::optional<Stopwatch> stopwatch;
    {
      auto store = SqliteStore::open(directory);
      if (!store) return std::unexpected(std::move(store.error()));
      stopwatch.emplace();
      if (auto done = store->record(*stream_, 0, occurrences, per_transaction); !done) {
        return std::unexpected(done.error());
      }
    }
    Samples samples = bulk_samples(*stopwatch, occurrences, directory);
    auto reopened = SqliteStore::open(directory);
    if (!reopened) return std::unexpected(std::move(reopened.error()));
    const auto found = reopened->totals();
    if (!found) return std::unexpected(found.error());
    if (auto right = check_totals("sqlite", *found, stream_->totals_of_first(occurrences));
        !right) {
      return std::unexpected(right.error());
    }
    return samples;
  }

  static Samples bulk_samples(const Stopwatch& stopwatch, std::uint64_t occurrences,
                              const std::filesystem::path& directory) {
    const double seconds = stopwatch.seconds();
    const double processor_seconds = stopwatch.processor_seconds();
    const auto count = static_cast<double>(occurrences);
    const auto bytes = static_cast<double>(bytes_below(directory));
    return {{"occurrences_per_second", count / seconds, "1/s"},
            {"cpu_per_occurrence", processor_seconds * microseconds / count, "us"},
            {"bytes_per_occurrence", bytes / count, "bytes"}};
  }

  Options options_;
  std::optional<OccurrenceStream> stream_;
  Totals expected_;
};

}  // namespace

std::unique_ptr<Workload> make_zipf_coalesced(const Scale& scale) {
  return std::make_unique<RecordWorkload>(RecordWorkload::Options{
      .name = "zipf-coalesced",
      .stream = {scale.occurrences, scale.signatures, 1.0, scale.seed},
      .coalesce = true,
      .systems = {System::rounds, System::rocksdb, System::sqlite, System::sqlite_rowwise},
      .rowwise_occurrences = scale.synced_occurrences});
}

std::unique_ptr<Workload> make_zipf_each(const Scale& scale) {
  return std::make_unique<RecordWorkload>(
      RecordWorkload::Options{.name = "zipf-each",
                              .stream = {scale.single_events, scale.signatures, 1.0, scale.seed},
                              .coalesce = false,
                              .systems = {System::rounds, System::rocksdb, System::sqlite}});
}

}  // namespace rounds::bench
