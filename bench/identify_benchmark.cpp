// What fingerprints cost: by each version of the rules, and for a batch whose signatures a store
// recalls or does not.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/support/benchmark_main.hpp"
#include "bench/support/filled_store.hpp"
#include "core/fingerprint.hpp"
#include "ingest/grouping.hpp"

namespace rounds::bench {
namespace {

// Of one body, as SDKs send them, with so many different failures.
constexpr std::size_t batch_occurrences = 100;
constexpr std::size_t batch_failures = 20;

// A stack of a web service: a dozen own frames between those of libraries.
Occurrence make_occurrence(std::size_t number) {
  Occurrence occurrence;
  occurrence.service = "checkout";
  occurrence.error_type = "java.lang.IllegalStateException";
  occurrence.message = fmt::format(
      "order {} of user 3fa85f64-5717-4562-b3fc-2c963f66afa6 failed after {} ms on 10.0.0.{}",
      number, 100 + number, number % 256);
  occurrence.language = Language::java;
  for (std::size_t i = 0; i < 24; ++i) {
    StackFrame& frame = occurrence.frames.emplace_back();
    const bool own = i % 2 == 0;
    frame.module = own ? fmt::format("com.acme.shop.Step{}", number % batch_failures)
                       : "org.springframework.web.servlet.FrameworkServlet";
    frame.function = fmt::format("call{}", i);
    frame.filename = "Step.java";
    frame.line = 17;
  }
  return occurrence;
}

void identify_by(benchmark::State& state, FingerprintRules rules) {
  const Occurrence occurrence = make_occurrence(1);
  for (auto _ : state) benchmark::DoNotOptimize(make_identity_of(occurrence, rules));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(identify_by, v1, FingerprintRules::v1);
BENCHMARK_CAPTURE(identify_by, v2, FingerprintRules::v2);

void identify_batch(benchmark::State& state, bool is_known) {
  std::vector<Occurrence> occurrences;
  occurrences.reserve(batch_occurrences);
  for (std::size_t i = 0; i < batch_occurrences; ++i) occurrences.push_back(make_occurrence(i));
  const auto recall = [is_known](std::span<const std::string_view> fingerprints) {
    return std::vector<bool>(fingerprints.size(), is_known);
  };
  const Grouping grouping;
  for (auto _ : state) benchmark::DoNotOptimize(grouping.identify_all(occurrences, recall));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_occurrences));
}
BENCHMARK_CAPTURE(identify_batch, of_known_signatures, true);
BENCHMARK_CAPTURE(identify_batch, of_new_signatures, false);

// Of signatures that were found before, as those of a running daemon were.
void recall(benchmark::State& state) {
  const auto store = filled_store();
  if (!store) return state.SkipWithError(store.error().message.c_str());
  std::vector<std::string_view> fingerprints;
  for (std::uint32_t number = 0; number < benchmark_settings().signatures; ++number) {
    fingerprints.emplace_back(benchmark_signatures().identity(number)->fingerprint);
    if (!(*store)->get_by_fingerprint(fingerprints.back())) {
      return state.SkipWithError("a signature is gone");
    }
  }
  std::size_t begin = 0;
  for (auto _ : state) {
    const auto some = std::span(fingerprints).subspan(begin, batch_failures);
    const std::vector<bool> known = (*store)->recall(some);
    if (!known.front()) return state.SkipWithError("a signature was not recalled");
    begin = (begin + batch_failures) % (fingerprints.size() - batch_failures);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_failures));
}
BENCHMARK(recall);

}  // namespace
}  // namespace rounds::bench
