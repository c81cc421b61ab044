// replay: what a log with one event for each occurrence is good for: how fast projections are built
// anew from it and compared with it, what a rebuild takes from a store that ingests, and how long
// the past of a signature takes. The limit is a bare scan: of this log (frame_scan reads the
// frames, log_scan the events in them as well), and of as many records in raw RocksDB.
#include <string>
#include <string_view>
#include <utility>

#include <rocksdb/iterator.h>

#include "bench/compare/child.hpp"
#include "bench/compare/measure.hpp"
#include "bench/compare/open_store_replay.hpp"
#include "bench/compare/raw_rocksdb.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/timing.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/frame.hpp"

namespace rounds::bench {
namespace {

class ReplayWorkload final : public Workload {
 public:
  explicit ReplayWorkload(const Scale& scale)
      : options_{scale.replayed_events, scale.stored_signatures, 1.0, scale.seed} {}

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
    if (auto filled = fill_store(directory, *stream_, whole_events()); !filled) {
      return std::unexpected(filled.error());
    }
    auto samples = join(run_child("rebuild", directory), run_child("verify", directory));
    samples = join(std::move(samples), scan_log(directory));
    if (!samples) return samples;
    return join(std::move(samples), measure_open_store(directory, *stream_));
  }

  // In processes of their own, which hold nothing else: their peak memory is that of the work.
  Result<Samples> run_child(std::string_view command, const std::filesystem::path& directory) {
    auto child =
        start_child(command, {.directory = directory,
                              .signatures = static_cast<std::uint32_t>(expected_.signatures),
                              .occurrences = expected_.occurrences,
                              .seed = 0});
    if (!child) return std::unexpected(std::move(child.error()));
    return read_samples(*child);
  }

  static Result<Samples> scan_log(const std::filesystem::path& directory) {
    auto log = EventLog::open(log_directory(directory), {.create_if_missing = false});
    if (!log) return std::unexpected(std::move(log.error()));
    auto scanned = scan(**log);
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    auto frames = scan_frames(**log);
    if (!frames) return std::unexpected(std::move(frames.error()));
    return Samples{*scanned, *frames};
  }

  // The frames, with their headers and checksums of checksums, but not the events in them.
  static Result<Sample> scan_frames(const EventLog& log) {
    const Stopwatch stopwatch;
    std::uint64_t count = 0;
    const auto frames = log.read_frames();
    for (frames->SeekToFirst(); frames->Valid(); frames->Next()) {
      const auto frame = FrameView::parse(frames->value().ToStringView());
      if (!frame) return std::unexpected(frame.error());
      count += frame->event_count();
    }
    const double seconds = stopwatch.seconds();
    if (count != log.last_sequence()) {
      return fail(ErrorCode::corruption, "the log does not have as many events as its end says");
    }
    return rate("frame_scan_events_per_second", count, seconds);
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
