// Reading one signature that is on disk, with a warm cache.
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/support/benchmark_main.hpp"
#include "bench/support/filled_store.hpp"

namespace rounds::bench {
namespace {

// Numbers of signatures, at random.
class Draw {
 public:
  std::uint32_t operator()() { return distribution_(random_); }

 private:
  std::mt19937_64 random_{benchmark_settings().seed};
  std::uniform_int_distribution<std::uint32_t> distribution_{0,
                                                             benchmark_settings().signatures - 1};
};

// By the number of the signature. Finding each of them also warms the cache.
Result<std::vector<SignatureId>> find_ids(RocksStore& store) {
  std::vector<SignatureId> ids;
  for (std::uint32_t number = 0; number < benchmark_settings().signatures; ++number) {
    const auto found =
        store.get_by_fingerprint(benchmark_signatures().identity(number)->fingerprint);
    if (!found) return std::unexpected(found.error());
    if (!*found) return fail(ErrorCode::corruption, "a signature is gone");
    ids.push_back((*found)->id);
  }
  return ids;
}

void get_by_id(benchmark::State& state) {
  const auto store = filled_store();
  if (!store) return state.SkipWithError(store.error().message.c_str());
  const auto ids = find_ids(**store);
  if (!ids) return state.SkipWithError(ids.error().message.c_str());
  Draw draw;
  for (auto _ : state) {
    const auto found = (*store)->get_by_id((*ids)[draw()]);
    if (!found || !*found) return state.SkipWithError("the signature was not found");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_by_id);

void get_by_fingerprint(benchmark::State& state) {
  const auto store = filled_store();
  if (!store) return state.SkipWithError(store.error().message.c_str());
  if (const auto warm = find_ids(**store); !warm) {
    return state.SkipWithError(warm.error().message.c_str());
  }
  Draw draw;
  for (auto _ : state) {
    const auto& identity = benchmark_signatures().identity(draw());
    const auto found = (*store)->get_by_fingerprint(identity->fingerprint);
    if (!found || !*found) return state.SkipWithError("the signature was not found");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_by_fingerprint);

}  // namespace
}  // namespace rounds::bench
