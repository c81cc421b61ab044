// replay: how fast projections are built anew from a log with one event for each occurrence. The
// limit is a bare scan of as many records; log_scan is what reading and checking the events takes
// of it.
#include <string>
#include <utility>

#include "bench/compare/raw_rocksdb.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/timing.hpp"
#include "eventlog/event_log.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"

namespace rounds::bench {
namespace {

class ReplayWorkload final : public Workload {
 public:
  explicit ReplayWorkload(const Scale& scale)
      : options_{scale.replayed_events, scale.signatures, 1.0, scale.seed} {}

  std::string_view name() const override { return "replay"; }
  std::vector<System> systems() const override { return {System::rounds, System::rocksdb}; }
  void prepare() override {
    stream_.emplace(options_);
    expected_ = stream_->totals_of_first(stream_->size());
  }

  Result<Samples> run(System system, const std::filesystem::path& directory) override {
    return system == System::rounds ? run_rounds(directory) : run_rocksdb(directory);
  }

 private:
  Result<Samples> run_rounds(const std::filesystem::path& directory) {
    RocksStoreOptions store_options;
    store_options.coalesce_occurrences = false;
    if (auto filled = fill_store(directory, *stream_, std::move(store_options)); !filled) {
      return std::unexpected(filled.error());
    }
    auto log = EventLog::open(log_directory(directory), {.create_if_missing = false});
    if (!log) return std::unexpected(std::move(log.error()));
    auto replayed = replay(**log, directory / "replayed");
    if (!replayed) return std::unexpected(std::move(replayed.error()));
    auto scanned = scan(**log);
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    return Samples{*replayed, *scanned};
  }

  Result<Sample> replay(const EventLog& log, const std::filesystem::path& directory) {
    auto database = ProjectionDatabase::open(directory, log.id());
    if (!database) return std::unexpected(std::move(database.error()));
    const Stopwatch stopwatch;
    const auto projections = catch_up(log, **database, (*database)->active(), 0, {}, {});
    if (!projections) return std::unexpected(projections.error());
    const double seconds = stopwatch.seconds();
    const StoreStats stats = projections->live->get_stats();
    const auto right =
        check_totals("replay", {stats.occurrence_count, stats.signature_count}, expected_);
    if (!right) return std::unexpected(right.error());
    return rate("events_per_second", log.last_sequence(), seconds);
  }

  static Result<Sample> scan(const EventLog& log) {
    const Stopwatch stopwatch;
    LogReader reader = log.read(1);
    std::uint64_t count = 0;
    while (true) {
      const auto event = reader.next();
      if (!event) return std::unexpected(event.error());
      if (!*event) break;
      ++count;
    }
    const double seconds = stopwatch.seconds();
    if (count != log.last_sequence()) {
      return fail(ErrorCode::corruption, "the log does not have as many events as its end says");
    }
    return rate("log_scan_events_per_second", count, seconds);
  }

  Result<Samples> run_rocksdb(const std::filesystem::path& directory) {
    {
      auto written = RawRocksdb::open(directory);
      if (!written) return std::unexpected(std::move(written.error()));
      Acknowledgements ignored;
      if (auto done = written->write(*stream_, ignored); !done) {
        return std::unexpected(std::move(done.error()));
      }
      if (auto closed = written->close(); !closed) return std::unexpected(closed.error());
    }
    auto database = RawRocksdb::open(directory);
    if (!database) return std::unexpected(std::move(database.error()));
    const Stopwatch stopwatch;
    const auto found = database->scan(stream_->signature_count());
    if (!found) return std::unexpected(found.error());
    const double seconds = stopwatch.seconds();
    if (auto right = check_totals("rocksdb", *found, expected_); !right) {
      return std::unexpected(right.error());
    }
    return Samples{rate("events_per_second", found->occurrences, seconds)};
  }

  static Sample rate(std::string metric, std::uint64_t count, double seconds) {
    return {std::move(metric), static_cast<double>(count) / seconds, "1/s"};
  }

  StreamOptions options_;
  std::optional<OccurrenceStream> stream_;
  Totals expected_;
};

}  // namespace

std::unique_ptr<Workload> make_replay(const Scale& scale) {
  return std::make_unique<ReplayWorkload>(scale);
}

}  // namespace rounds::bench
