// rounds-compare-child: what rounds-compare runs in a process of its own. `grow` prints a line
// "METRIC VALUE UNIT" for each figure, `write` now and then how many occurrences are durable.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/compare/measure.hpp"
#include "bench/support/generated_occurrences.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/scratch_directory.hpp"

namespace rounds::bench {
namespace {

// Small beside a log that is worth opening, large enough to keep the store busy.
constexpr std::uint64_t batches_per_report = 16;

struct Arguments {
  std::filesystem::path directory;
  std::uint32_t signatures = 0;
  std::uint64_t occurrences = 0;
  std::uint64_t seed = 0;
};

void print(std::string_view metric, double value, std::string_view unit) {
  fmt::print("{} {} {}\n", metric, value, unit);
}

// The most memory that this process has had at any time, in bytes.
Result<double> peak_memory() {
  constexpr double bytes_in_kibibyte = 1024;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    constexpr std::string_view field = "VmHWM:";
    if (!line.starts_with(field)) continue;
    return std::strtod(line.c_str() + field.size(), nullptr) * bytes_in_kibibyte;
  }
  return fail(ErrorCode::io_error, "/proc/self/status does not have VmHWM");
}

// Records the source in a store that is closed again, and returns occurrences a second.
Result<double> record_and_close(const std::filesystem::path& directory,
                                const OccurrenceSource& source,
                                Acknowledgements& acknowledgements) {
  auto store = RocksStore::open(directory);
  if (!store) return std::unexpected(std::move(store.error()));
  const Stopwatch stopwatch;
  if (auto done = record_all(**store, source, acknowledgements); !done) {
    return std::unexpected(std::move(done.error()));
  }
  if (auto closed = (*store)->close(); !closed) return std::unexpected(std::move(closed.error()));
  return static_cast<double>(source.size()) / stopwatch.seconds();
}

Result<void> check(const std::filesystem::path& directory, const Totals& expected) {
  auto store = RocksStore::open(directory);
  if (!store) return std::unexpected(std::move(store.error()));
  const auto found = totals_of(**store);
  if (!found) return std::unexpected(found.error());
  return check_totals("rounds", *found, expected);
}

// All signatures are there before the clock starts: what counts is what a large store costs, not
// what creating costs.
Result<void> grow(const Arguments& arguments) {
  const auto first = GeneratedOccurrences::one_of_each(arguments.signatures);
  const auto later =
      GeneratedOccurrences::uniform(arguments.occurrences, arguments.signatures, arguments.seed);
  Acknowledgements ignored;
  const auto filled = record_and_close(arguments.directory, first, ignored);
  if (!filled) return std::unexpected(filled.error());
  Acknowledgements acknowledgements;
  const auto rate = record_and_close(arguments.directory, later, acknowledgements);
  if (!rate) return std::unexpected(rate.error());
  const auto memory = peak_memory();
  if (!memory) return std::unexpected(memory.error());
  const Totals expected{first.size() + later.size(), arguments.signatures};
  const auto bytes = static_cast<double>(bytes_below(arguments.directory));
  print("occurrences_per_second", *rate, "1/s");
  print("creations_per_second", *filled, "1/s");
  print("peak_memory", *memory, "bytes");
  print("bytes_per_occurrence", bytes / static_cast<double>(expected.occurrences), "bytes");
  for (const Sample& sample : samples_of(acknowledgements)) {
    print(sample.metric, sample.value, sample.unit);
  }
  return check(arguments.directory, expected);
}

// Records the stream again and again, an event for each occurrence. Returns only when it fails: the
// process is meant to be killed.
Result<void> write(const Arguments& arguments) {
  const OccurrenceStream stream({.occurrences = arguments.occurrences,
                                 .signatures = arguments.signatures,
                                 .exponent = 1.0,
                                 .seed = arguments.seed});
  RocksStoreOptions options;
  options.coalesce_occurrences = false;
  auto store = RocksStore::open(arguments.directory, std::move(options));
  if (!store) return std::unexpected(std::move(store.error()));
  // One producer, so that what is durable is always a beginning of the stream.
  Acknowledgements acknowledgements;
  for (std::uint64_t batch = 0;; batch += batches_per_report) {
    const std::uint64_t end = (batch + batches_per_report) * occurrences_per_batch;
    Producer producer(**store, stream, acknowledgements, {.first = batch, .end = end});
    const auto recorded = producer.run();
    if (!recorded) return std::unexpected(recorded.error());
    fmt::print("{}\n", end);
    if (std::fflush(stdout) != 0) return fail(ErrorCode::io_error, "nobody listens any more");
  }
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("What rounds-compare runs in a process of its own.");
  app.require_subcommand(1);
  auto* growing = app.add_subcommand("grow", "Fill a store, record in it, print the figures");
  auto* writing = app.add_subcommand("write", "Record, and print how much, until killed");
  for (auto* command : {growing, writing}) {
    command->add_option("directory", arguments.directory, "Of the store")->required();
    command->add_option("signatures", arguments.signatures, "How many")->required();
    command->add_option("occurrences", arguments.occurrences, "How many")->required();
    command->add_option("seed", arguments.seed, "Of the random choices")->required();
  }
  CLI11_PARSE(app, argc, argv);
  const auto done = growing->parsed() ? grow(arguments) : write(arguments);
  if (done) return EXIT_SUCCESS;
  fmt::print(stderr, "rounds-compare-child: {}\n", done.error().message);
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace rounds::bench

int main(int argc, char** argv) {
  try {
    return rounds::bench::main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "rounds-compare-child: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
