// zipf-coalesced, zipf-each and uniform-1m: how fast occurrences are taken in bulk, each
// acknowledged as durable, how long acknowledgements take, and how much disk. The clock runs until
// the last acknowledgement and until the system is closed, so that no work is left for later.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bench/compare/measure.hpp"
#include "bench/compare/raw_rocksdb.hpp"
#include "bench/compare/raw_rows.hpp"
#include "bench/compare/sqlite_store.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/scratch_directory.hpp"
#include "bench/support/timing.hpp"
#include "eventlog/event_log.hpp"

namespace rounds::bench {
namespace {

constexpr double microseconds = 1e6;  // in a second

// Enough to know what making the input costs, too few to take long.
constexpr std::uint64_t input_sample = 200'000;

// Makes the compiler believe that somebody reads `value`.
template <typename Value>
void keep(const Value& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

class RecordWorkload final : public Workload {
 public:
  struct Options {
    std::string name;
    StreamOptions stream;
    bool coalesce = true;
    std::vector<System> systems;
    std::uint64_t sqlite_occurrences = 0;  // how many of the stream the slow systems record
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
        return run_rounds(directory, RocksStoreOptions{}.exemplars_per_hour);
      case System::rounds_exemplars:
        return run_rounds(directory, 0);
      case System::rocksdb:
        return run_rocksdb(directory);
      case System::rocksdb_rows:
        return run_rocksdb_rows(directory);
      case System::sqlite:
        return run_sqlite(directory, options_.sqlite_occurrences, sqlite_transaction_occurrences);
      case System::sqlite_rowwise:
        return run_sqlite(directory, options_.rowwise_occurrences, 1);
    }
    std::unreachable();
  }

 private:
  Result<Samples> run_rounds(const std::filesystem::path& directory,
                             std::uint32_t exemplars_per_hour) {
    const Sample input = input_cost([&](std::uint64_t i) { keep(stream_->occurrence(i)); });
    RocksStoreOptions store_options;
    store_options.coalesce_occurrences = options_.coalesce;
    store_options.exemplars_per_hour = exemplars_per_hour;
    auto store = RocksStore::open(directory, std::move(store_options));
    if (!store) return std::unexpected(std::move(store.error()));
    Acknowledgements acknowledgements;
    const Stopwatch stopwatch;
    if (auto done = record_all(**store, *stream_, acknowledgements); !done) {
      return std::unexpected(std::move(done.error()));
    }
    const Sequence events = (*store)->log()->last_sequence();
    if (auto closed = (*store)->close(); !closed) return std::unexpected(closed.error());
    Samples samples = bulk_samples(stopwatch, stream_->size(), directory, input, acknowledgements);
    const auto count = static_cast<double>(stream_->size());
    const auto log_bytes = static_cast<double>(bytes_below(log_directory(directory)));
    samples.push_back({"log_bytes_per_occurrence", log_bytes / count, "bytes"});
    samples.push_back({"events_per_occurrence", static_cast<double>(events) / count, "events"});
    if (auto right = check_rounds(directory); !right) return std::unexpected(right.error());
    return samples;
  }

  // Opened anew: what counts is what reached the disk. An event that is left for the open to fold
  // in is work that was not timed.
  Result<void> check_rounds(const std::filesystem::path& directory) {
    std::uint64_t left = 0;
    RocksStoreOptions store_options;
    store_options.catch_up_progress = [&](std::uint64_t, std::uint64_t total) { left = total; };
    auto store = RocksStore::open(directory, std::move(store_options));
    if (!store) return std::unexpected(std::move(store.error()));
    if (left > 0) {
      return fail(ErrorCode::corruption,
                  fmt::format("closing rounds left {} events to be projected", left));
    }
    const auto found = totals_of(**store);
    if (!found) return std::unexpected(found.error());
    return check_totals("rounds", *found, expected_);
  }

  Result<Samples> run_rocksdb(const std::filesystem::path& directory) {
    const Sample input = input_cost([&](std::uint64_t i) { keep(stream_->record(i)); });
    auto database = RawRocksdb::open(directory);
    if (!database) return std::unexpected(std::move(database.error()));
    Acknowledgements acknowledgements;
    const Stopwatch stopwatch;
    if (auto done = database->write(*stream_, acknowledgements); !done) {
      return std::unexpected(std::move(done.error()));
    }
    if (auto closed = database->close(); !closed) return std::unexpected(closed.error());
    Samples samples = bulk_samples(stopwatch, stream_->size(), directory, input, acknowledgements);
    auto reopened = RawRocksdb::open(directory);
    if (!reopened) return std::unexpected(std::move(reopened.error()));
    const auto found = reopened->scan(stream_->signature_count());
    if (!found) return std::unexpected(found.error());
    if (auto right = check_totals("rocksdb", *found, expected_); !right) {
      return std::unexpected(right.error());
    }
    return samples;
  }

  Result<Samples> run_rocksdb_rows(const std::filesystem::path& directory) {
    const Sample input = input_cost([&](std::uint64_t i) { keep(stream_->record(i)); });
    auto rows = RawRows::open(directory);
    if (!rows) return std::unexpected(std::move(rows.error()));
    Acknowledgements acknowledgements;
    const Stopwatch stopwatch;
    if (auto done = rows->write(*stream_, acknowledgements); !done) {
      return std::unexpected(std::move(done.error()));
    }
    if (auto closed = rows->close(); !closed) return std::unexpected(closed.error());
    Samples samples = bulk_samples(stopwatch, stream_->size(), directory, input, acknowledgements);
    auto reopened = RawRows::open(directory);
    if (!reopened) return std::unexpected(std::move(reopened.error()));
    const auto found = reopened->scan();
    if (!found) return std::unexpected(found.error());
    if (auto right = check_totals("rocksdb-rows", *found, expected_); !right) {
      return std::unexpected(right.error());
    }
    return samples;
  }

  Result<Samples> run_sqlite(const std::filesystem::path& directory, std::uint64_t wanted,
                             std::uint64_t per_transaction) {
    const std::uint64_t occurrences = std::min(wanted, stream_->size());
    const std::uint64_t half = occurrences / 2;
    const Sample input = input_cost([&](std::uint64_t i) { keep(stream_->exemplar(i)); });
    Acknowledgements acknowledgements;
    std::optional<Stopwatch> stopwatch;
    double second_half_seconds = 0;
    {
      auto store = SqliteStore::open(directory);
      if (!store) return std::unexpected(std::move(store.error()));
      const auto record = [&](std::uint64_t first, std::uint64_t last) {
        return store->record(*stream_, first, last, per_transaction, acknowledgements);
      };
      stopwatch.emplace();
      if (auto done = record(0, half); !done) return std::unexpected(done.error());
      second_half_seconds = -stopwatch->seconds();
      if (auto done = record(half, occurrences); !done) {
        return std::unexpected(std::move(done.error()));
      }
      second_half_seconds += stopwatch->seconds();
    }
    Samples samples = bulk_samples(*stopwatch, occurrences, directory, input, acknowledgements);
    // Close to the whole rate: it stays as it is however many occurrences follow.
    const auto second_half = static_cast<double>(occurrences - half);
    samples.push_back({"second_half_per_second", second_half / second_half_seconds, "1/s"});
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

  // What it costs to make the input of one occurrence in the form that the system takes. All of it
  // is part of the time that is measured.
  template <typename Make>
  Sample input_cost(const Make& make) const {
    const std::uint64_t count = std::min(input_sample, stream_->size());
    const Stopwatch stopwatch;
    for (std::uint64_t i = 0; i < count; ++i) make(i);
    return {"input_per_occurrence",
            stopwatch.processor_seconds() * microseconds / static_cast<double>(count), "us"};
  }

  static Samples bulk_samples(const Stopwatch& stopwatch, std::uint64_t occurrences,
                              const std::filesystem::path& directory, const Sample& input,
                              const Acknowledgements& acknowledgements) {
    const double seconds = stopwatch.seconds();
    const double processor_seconds = stopwatch.processor_seconds();
    const auto count = static_cast<double>(occurrences);
    const auto bytes = static_cast<double>(bytes_below(directory));
    Samples samples{{"occurrences_per_second", count / seconds, "1/s"},
                    {"occurrences", count, "occurrences"},
                    {"cpu_per_occurrence", processor_seconds * microseconds / count, "us"},
                    input,
                    {"bytes_per_occurrence", bytes / count, "bytes"}};
    for (Sample& sample : samples_of(acknowledgements)) samples.push_back(std::move(sample));
    return samples;
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
      .sqlite_occurrences = scale.sqlite_occurrences,
      .rowwise_occurrences = scale.synced_occurrences});
}

std::unique_ptr<Workload> make_zipf_each(const Scale& scale) {
  return std::make_unique<RecordWorkload>(RecordWorkload::Options{
      .name = "zipf-each",
      .stream = {scale.occurrences, scale.signatures, 1.0, scale.seed},
      .coalesce = false,
      .systems = {System::rounds, System::rounds_exemplars, System::rocksdb, System::sqlite},
      .sqlite_occurrences = scale.sqlite_occurrences});
}

// SQLite takes all of it too: its rate falls as the signatures become more.
std::unique_ptr<Workload> make_uniform(const Scale& scale) {
  return std::make_unique<RecordWorkload>(RecordWorkload::Options{
      .name = "uniform-1m",
      .stream = {scale.uniform_occurrences, scale.uniform_signatures, 0.0, scale.seed},
      .coalesce = true,
      .systems = {System::rounds, System::rocksdb, System::rocksdb_rows, System::sqlite},
      .sqlite_occurrences = scale.uniform_occurrences});
}

}  // namespace rounds::bench
