// Writing: groups of events into the log, and occurrences through the store.
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/support/benchmark_main.hpp"
#include "bench/support/producer.hpp"
#include "eventlog/event_log.hpp"

namespace rounds::bench {
namespace {

std::vector<Event> make_group(std::size_t size) {
  const OccurrenceStream& stream = benchmark_stream();
  Uuid7Generator ids;
  std::vector<Event> group(size);
  for (std::size_t i = 0; i < size; ++i) {
    const Exemplar exemplar = stream.exemplar(i % stream.size());
    group[i].signature_id = ids.next(exemplar.time);
    group[i].version = 2;
    group[i].time = exemplar.time;
    OccurrenceSummary summary;
    summary.add(exemplar);
    group[i].payload = OccurrencesRecorded{std::move(summary)};
  }
  return group;
}

// One synced group in each iteration.
void append_events(benchmark::State& state) {
  const ScratchDirectory directory = benchmark_directory();
  auto log = EventLog::open(directory.path());
  if (!log) return state.SkipWithError(log.error().message.c_str());
  std::vector<Event> group = make_group(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    Sequence sequence = (*log)->last_sequence();
    for (Event& event : group) event.sequence = ++sequence;
    if (auto appended = (*log)->append(group, Durability::synced); !appended) {
      return state.SkipWithError(appended.error().message.c_str());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_events)->Arg(1)->Arg(64)->Arg(4096)->UseRealTime();

// The whole stream in each iteration, into a new store, until its projections are written too.
void submit_occurrences(benchmark::State& state) {
  const OccurrenceStream& stream = benchmark_stream();
  for (auto _ : state) {
    state.PauseTiming();
    const ScratchDirectory directory = benchmark_directory();
    RocksStoreOptions options;
    options.coalesce_occurrences = state.range(0) == 1;
    auto store = RocksStore::open(directory.path(), std::move(options));
    if (!store) return state.SkipWithError(store.error().message.c_str());
    Acknowledgements acknowledgements;
    state.ResumeTiming();
    if (auto recorded = record_all(**store, stream, acknowledgements); !recorded) {
      return state.SkipWithError(recorded.error().message.c_str());
    }
    if (auto closed = (*store)->close(); !closed) {
      return state.SkipWithError(closed.error().message.c_str());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK(submit_occurrences)->ArgName("coalesce")->Arg(1)->Arg(0)->UseRealTime();

}  // namespace
}  // namespace rounds::bench
