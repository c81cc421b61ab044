// The first 50 signatures of each kind of listing, from disk, with a warm cache.
#include <benchmark/benchmark.h>

#include "bench/support/benchmark_main.hpp"
#include "bench/support/filled_store.hpp"

namespace rounds::bench {
namespace {

constexpr std::size_t page_size = 50;

void list_top(benchmark::State& state, SignatureQuery query) {
  query.limit = page_size;
  const auto store = filled_store();
  if (!store) return state.SkipWithError(store.error().message.c_str());
  for (auto _ : state) {
    const auto page = (*store)->list(query);
    if (!page) return state.SkipWithError(page.error().message.c_str());
    if (page->signatures.empty()) return state.SkipWithError("the page is empty");
  }
  state.SetItemsProcessed(state.iterations());
}

const SignatureIdentity& some_identity() {
  return *benchmark_signatures().identity(0);
}

void top50_pending(benchmark::State& state) {
  list_top(state, {.status = Status::new_});
}
BENCHMARK(top50_pending);

void top50_any_status(benchmark::State& state) {
  list_top(state, {});
}
BENCHMARK(top50_any_status);

void top50_service(benchmark::State& state) {
  list_top(state, {.service = some_identity().service});
}
BENCHMARK(top50_service);

void top50_service_and_error_type(benchmark::State& state) {
  list_top(state, {.service = some_identity().service, .error_type = some_identity().error_type});
}
BENCHMARK(top50_service_and_error_type);

}  // namespace
}  // namespace rounds::bench
