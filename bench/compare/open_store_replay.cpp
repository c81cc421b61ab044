#include "bench/compare/open_store_replay.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "bench/compare/measure.hpp"
#include "bench/support/producer.hpp"

namespace rounds::bench {
namespace {

constexpr std::uint64_t history_length = 10'000;
constexpr std::uint64_t past_reads = 40;

// The moments that are asked for lie in the last tenth of the log, so that all of that history but
// a tenth is before them, and apart from each other.
constexpr std::uint64_t past_steps = past_reads * 10;

// As long as a rebuild takes at full size, more or less.
constexpr std::chrono::seconds time_alone{10};

// The signature whose number of events is nearest to history_length.
std::uint32_t find_long_history(const OccurrenceStream& stream, std::uint64_t& length) {
  std::vector<std::uint64_t> counts(stream.signature_count());
  for (std::uint64_t i = 0; i < stream.size(); ++i) ++counts[stream.number_at(i)];
  const auto distance = [](std::uint64_t count) {
    return count > history_length ? count - history_length : history_length - count;
  };
  const auto nearest = std::ranges::min_element(counts, {}, distance);
  length = *nearest;
  return static_cast<std::uint32_t>(nearest - counts.begin());
}

Result<Samples> measure_past(RocksStore& store, const OccurrenceStream& stream) {
  std::uint64_t length = 0;
  const std::uint32_t number = find_long_history(stream, length);
  const auto found = store.get_by_fingerprint(stream.identity(number)->fingerprint);
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(ErrorCode::corruption, "a signature is gone from rounds");
  const Signature& now = **found;
  Version expected_at_most = now.version - 1;
  Latencies latencies;
  for (std::uint64_t i = 0; i < past_reads; ++i) {
    const Moment moment = now.last_sequence - 1 - i * (now.last_sequence / past_steps);
    const auto start = SteadyClock::now();
    const auto then = store.as_of(now.id, moment);
    latencies.add(SteadyClock::now() - start);
    if (!then) return std::unexpected(then.error());
    // Each event counts one occurrence.
    const bool is_right = *then && (*then)->occurrence_count == (*then)->version &&
                          (*then)->version <= expected_at_most &&
                          (i > 0 || (*then)->version + 1 == length);
    if (!is_right) return fail(ErrorCode::corruption, "the signature was not what it is to be");
    expected_at_most = (*then)->version;
  }
  constexpr double microseconds_in_millisecond = 1000;
  return Samples{
      {"as_of_events", static_cast<double>(length), "events"},
      {"as_of_p50", latencies.percentile(0.5) / microseconds_in_millisecond, "ms"},
      {"as_of_p99", latencies.percentile(0.99) / microseconds_in_millisecond, "ms"},
  };
}

struct Ingested {
  std::uint64_t occurrences = 0;
  double rate = 0;
  double longest_stall_ms = 0;
  double page_touch_in_stall_us = 0;
};

// Records while `work` runs.
Result<Ingested> ingest_during(RocksStore& store, const OccurrenceStream& stream,
                               const std::function<Result<void>()>& work) {
  Acknowledgements acknowledgements;
  Result<std::uint64_t> recorded;
  Result<void> worked;
  const Stopwatch stopwatch;
  {
    const std::jthread writer([&](const std::stop_token& stop) {
      recorded = record_until(stop, store, stream, acknowledgements);
    });
    worked = work();
  }
  // What was on its way when the work ended is counted, and so is its time.
  const double seconds = stopwatch.seconds();
  if (!worked) return std::unexpected(std::move(worked.error()));
  if (!recorded) return std::unexpected(std::move(recorded.error()));
  const std::chrono::duration<double, std::milli> stall = acknowledgements.longest_stall();
  return Ingested{*recorded, static_cast<double>(*recorded) / seconds, stall.count(),
                  acknowledgements.page_touch_in_stall()};
}

Result<Samples> measure_online(RocksStore& store, const OccurrenceStream& stream) {
  const auto alone = ingest_during(store, stream, [] {
    std::this_thread::sleep_for(time_alone);
    return Result<void>();
  });
  if (!alone) return std::unexpected(alone.error());
  double seconds = 0;
  const auto rebuilding = ingest_during(store, stream, [&]() -> Result<void> {
    const Stopwatch stopwatch;
    const auto rebuilt = store.rebuild({});
    seconds = stopwatch.seconds();
    if (!rebuilt) return std::unexpected(rebuilt.error());
    return {};
  });
  if (!rebuilding) return std::unexpected(rebuilding.error());
  const auto found = totals_of(store);
  if (!found) return std::unexpected(found.error());
  const std::uint64_t recorded = stream.size() + alone->occurrences + rebuilding->occurrences;
  if (auto right =
          check_totals("rounds", *found, {recorded, stream.totals_of_first(recorded).signatures});
      !right) {
    return std::unexpected(right.error());
  }
  return Samples{
      {"ingest_alone_per_second", alone->rate, "1/s"},
      {"ingest_rebuilding_per_second", rebuilding->rate, "1/s"},
      {"online_rebuild", seconds, "s"},
      {"stall_alone", alone->longest_stall_ms, "ms"},
      {"stall_rebuilding", rebuilding->longest_stall_ms, "ms"},
      {"page_touch_in_stall_rebuilding", rebuilding->page_touch_in_stall_us, "us"},
  };
}

}  // namespace

Result<Samples> measure_open_store(const std::filesystem::path& directory,
                                   const OccurrenceStream& stream) {
  auto store = RocksStore::open(directory, whole_events());
  if (!store) return std::unexpected(std::move(store.error()));
  auto samples = measure_past(**store, stream);
  if (!samples) return samples;
  return join(std::move(samples), measure_online(**store, stream));
}

}  // namespace rounds::bench
