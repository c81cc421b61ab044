// open: how long it takes until a store answers after its process was killed in the middle of
// writing, with a long log and with a short one.
#include <charconv>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bench/compare/child.hpp"
#include "bench/compare/measure.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/producer.hpp"
#include "eventlog/event_log.hpp"

namespace rounds::bench {
namespace {

// Occurrences that are drawn; a longer log has them several times.
constexpr std::uint64_t ring_occurrences = 1'000'000;

class OpenWorkload final : public Workload {
 public:
  explicit OpenWorkload(const Scale& scale) : scale_(scale) {}

  std::string_view name() const override { return "open"; }
  std::vector<System> systems() const override { return {System::rounds}; }
  void prepare() override {
    stream_.emplace(StreamOptions{ring_occurrences, scale_.signatures, 1.0, scale_.seed});
  }

  Result<Samples> run(System /*system*/, const std::filesystem::path& directory) override {
    return join(open_after_kill("large", directory, scale_.long_log_events),
                open_after_kill("small", directory, scale_.short_log_events));
  }

 private:
  Result<Samples> open_after_kill(std::string_view size, const std::filesystem::path& directory,
                                  std::uint64_t events) const {
    const auto data_directory = directory / size;
    const auto durable = write_and_kill(data_directory, events);
    if (!durable) return std::unexpected(durable.error());
    std::uint64_t replayed = 0;
    RocksStoreOptions options;
    options.create_if_missing = false;
    options.catch_up_progress = [&](std::uint64_t, std::uint64_t total) { replayed = total; };
    const Stopwatch stopwatch;
    const auto store = RocksStore::open(data_directory, std::move(options));
    if (!store) return std::unexpected(store.error());
    const auto page = (*store)->get_pending_investigation(1);
    const double seconds = stopwatch.seconds();
    if (!page) return std::unexpected(page.error());
    if (auto right = check(**store, *durable); !right) return std::unexpected(right.error());
    const auto last_sequence = static_cast<double>((*store)->log()->last_sequence());
    return Samples{
        {fmt::format("seconds_{}", size), seconds, "s"},
        {fmt::format("events_{}", size), last_sequence, "events"},
        {fmt::format("replayed_events_{}", size), static_cast<double>(replayed), "events"}};
  }

  // Returns how many occurrences are durable at least.
  Result<std::uint64_t> write_and_kill(const std::filesystem::path& data_directory,
                                       std::uint64_t events) const {
    auto child = start_child("write", {.directory = data_directory,
                                       .signatures = scale_.signatures,
                                       .occurrences = ring_occurrences,
                                       .seed = scale_.seed});
    if (!child) return std::unexpected(std::move(child.error()));
    std::uint64_t durable = 0;
    while (durable < events) {
      const auto line = child->read_line();
      if (!line) return fail(ErrorCode::io_error, "the writer ended before it was killed");
      std::from_chars(line->data(), line->data() + line->size(), durable);
    }
    if (auto killed = child->kill(); !killed) return std::unexpected(std::move(killed.error()));
    return durable;
  }

  // What was recorded is a beginning of the stream in whole batches, with all that was durable.
  Result<void> check(RocksStore& store, std::uint64_t durable) const {
    const auto found = totals_of(store);
    if (!found) return std::unexpected(found.error());
    if (found->occurrences < durable || found->occurrences % occurrences_per_batch != 0) {
      return fail(ErrorCode::corruption,
                  fmt::format("rounds has {} occurrences after it was killed; {} were durable, in "
                              "batches of {}",
                              found->occurrences, durable, occurrences_per_batch));
    }
    return check_totals("rounds", *found, stream_->totals_of_first(found->occurrences));
  }

  Scale scale_;
  std::optional<OccurrenceStream> stream_;
};

}  // namespace

std::unique_ptr<Workload> make_open(const Scale& scale) {
  return std::make_unique<OpenWorkload>(scale);
}

}  // namespace rounds::bench
