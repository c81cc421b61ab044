#include "bench/support/benchmark_main.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace rounds::bench {
namespace {

constexpr int exit_usage = 2;

BenchmarkSettings& mutable_settings() {
  static BenchmarkSettings settings;
  return settings;
}

int main(int argc, char** argv) {
  BenchmarkSettings& settings = mutable_settings();
  CLI::App app(
      "Measures one part of rounds. Options of Google Benchmark work too, for example "
      "--benchmark_filter=REGEX.");
  app.allow_extras();
  app.add_option("--data-dir", settings.data_directory,
                 "Where data is kept, on a disk; below the build folder unless given");
  app.add_option("--signatures", settings.signatures,
                 "Signatures in the store; 10,000 unless given")
      ->check(CLI::Range(1, 100'000'000));
  app.add_option("--occurrences", settings.occurrences,
                 "Occurrences to draw from, and events in a log; 100,000 unless given")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  app.add_option("--seed", settings.seed, "Of the random choices; 1 unless given");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : exit_usage;
  }
  std::vector<std::string> rest = app.remaining();
  rest.insert(rest.begin(), argv[0]);
  std::vector<char*> arguments;
  arguments.reserve(rest.size());
  for (std::string& argument : rest) arguments.push_back(argument.data());
  auto count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return exit_usage;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace

const BenchmarkSettings& benchmark_settings() {
  return mutable_settings();
}

ScratchDirectory benchmark_directory() {
  auto directory = ScratchDirectory::create_in(benchmark_settings().data_directory);
  if (!directory) {
    fmt::print(stderr, "{}\n", directory.error().message);
    std::exit(EXIT_FAILURE);  // NOLINT(concurrency-mt-unsafe): called before any thread starts
  }
  return *std::move(directory);
}

const OccurrenceStream& benchmark_stream() {
  const BenchmarkSettings& settings = benchmark_settings();
  static const OccurrenceStream stream(
      StreamOptions{settings.occurrences, settings.signatures, 1.0, settings.seed});
  return stream;
}

const OccurrenceStream& benchmark_signatures() {
  const BenchmarkSettings& settings = benchmark_settings();
  static const OccurrenceStream stream =
      OccurrenceStream::one_of_each(settings.signatures, settings.seed);
  return stream;
}

}  // namespace rounds::bench

int main(int argc, char** argv) {
  try {
    return rounds::bench::main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
