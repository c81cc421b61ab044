// Reading the whole log, and building the projections from it. The log has one event for each
// occurrence.
#include <benchmark/benchmark.h>

#include "bench/support/benchmark_main.hpp"
#include "bench/support/producer.hpp"
#include "eventlog/event_log.hpp"
#include "projections/open_projections.hpp"
#include "projections/projection_database.hpp"

namespace rounds::bench {
namespace {

struct FilledLog {
  ScratchDirectory directory = benchmark_directory();
  Result<std::unique_ptr<EventLog>> log = fill();

  Result<std::unique_ptr<EventLog>> fill() const {
    if (auto filled = fill_store(directory.path(), benchmark_stream(), whole_events()); !filled) {
      return std::unexpected(std::move(filled.error()));
    }
    return EventLog::open(log_directory(directory.path()), {.create_if_missing = false});
  }
};

// Filled by the first call, removed when the process ends.
const Result<std::unique_ptr<EventLog>>& filled_log() {
  static const FilledLog filled;
  return filled.log;
}

void scan_log(benchmark::State& state) {
  const auto& log = filled_log();
  if (!log) return state.SkipWithError(log.error().message.c_str());
  std::int64_t events = 0;
  for (auto _ : state) {
    LogReader reader = (*log)->read(1);
    while (true) {
      const auto event = reader.next();
      if (!event) return state.SkipWithError(event.error().message.c_str());
      if (!*event) break;
      ++events;
    }
  }
  state.SetItemsProcessed(events);
}
BENCHMARK(scan_log)->UseRealTime();

void build_all(benchmark::State& state) {
  const auto& log = filled_log();
  if (!log) return state.SkipWithError(log.error().message.c_str());
  const std::vector<Projection> all(all_projections.begin(), all_projections.end());
  for (auto _ : state) {
    state.PauseTiming();
    const ScratchDirectory directory = benchmark_directory();
    auto database = ProjectionDatabase::open(directory.path(), (*log)->id());
    if (!database) return state.SkipWithError(database.error().message.c_str());
    state.ResumeTiming();
    const auto built =
        build_families(**log, **database, (*database)->active(), all, (*log)->last_sequence(), {});
    if (!built) return state.SkipWithError(built.error().message.c_str());
    state.PauseTiming();
    database->reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>((*log)->last_sequence()));
}
BENCHMARK(build_all)->UseRealTime();

}  // namespace
}  // namespace rounds::bench
