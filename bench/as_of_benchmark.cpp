// What a signature was: folding a history of 10,000 events. They stand side by side in the log, or
// others stand in between, as many as fill a frame: in large commit groups, as under load, or in a
// small one for each event.
#include <benchmark/benchmark.h>

#include "bench/support/benchmark_main.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/synthetic.hpp"
#include "store/rocks_store.hpp"

namespace rounds::bench {
namespace {

constexpr std::size_t history_length = 10'000;

// Occurrences of other signatures behind each event of the one that is asked for: about a frame.
constexpr std::size_t others_between = 30;

// Events of the signature in one commit group.
constexpr std::size_t large_group = 100;

IdentifiedOccurrence occurrence_of(std::uint32_t number, std::uint64_t position) {
  return {synthetic_identity(number), synthetic_exemplar(position, synthetic_message(number))};
}

struct History {
  ScratchDirectory directory = benchmark_directory();
  Result<std::unique_ptr<RocksStore>> store;
  SignatureId id;

  History(std::size_t others, std::size_t group) : store(fill(others, group)) {
    if (!store) return;
    const auto found = (*store)->get_by_fingerprint(synthetic_identity(0)->fingerprint);
    if (found && *found) id = (*found)->id;
  }

  // The store, opened again: the log in table files.
  Result<std::unique_ptr<RocksStore>> fill(std::size_t others, std::size_t group) const {
    {
      auto filling = RocksStore::open(directory.path(), whole_events());
      if (!filling) return filling;
      std::uint64_t position = 0;
      for (std::size_t i = 0; i < history_length; i += group) {
        std::vector<IdentifiedOccurrence> occurrences;
        for (std::size_t j = 0; j < group; ++j) {
          occurrences.push_back(occurrence_of(0, ++position));
          for (std::size_t k = 1; k <= others; ++k) {
            occurrences.push_back(occurrence_of(static_cast<std::uint32_t>(k), ++position));
          }
        }
        CommandContext context;
        context.durability = Durability::buffered;
        if (auto recorded = (*filling)->record(std::move(occurrences), std::move(context));
            !recorded) {
          return std::unexpected(std::move(recorded.error()));
        }
      }
      if (auto closed = (*filling)->close(); !closed) {
        return std::unexpected(std::move(closed.error()));
      }
    }
    return RocksStore::open(directory.path());
  }
};

void ask(benchmark::State& state, const History& history, const Moment& moment, Version expected) {
  if (!history.store) return state.SkipWithError(history.store.error().message.c_str());
  for (auto _ : state) {
    const auto then = (*history.store)->as_of(history.id, moment);
    if (!then || !*then || (*then)->version != expected) {
      return state.SkipWithError("the signature was not what it is to be");
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(expected));
}

void as_of_side_by_side(benchmark::State& state) {
  static const History history(0, history_length);
  ask(state, history, max_timestamp, history_length);
}
BENCHMARK(as_of_side_by_side)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void as_of_spread(benchmark::State& state) {
  static const History history(others_between, large_group);
  ask(state, history, max_timestamp, history_length);
}
BENCHMARK(as_of_spread)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void as_of_spread_in_small_groups(benchmark::State& state) {
  static const History history(others_between, 1);
  ask(state, history, max_timestamp, history_length);
}
BENCHMARK(as_of_spread_in_small_groups)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace rounds::bench
