// rounds-compare-child: what rounds-compare runs in a process of its own. `grow` prints a line
// "METRIC VALUE UNIT" for each figure, and so do `rebuild` and `verify`; `write` prints now and
// then how many occurrences are durable.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/compare/measure.hpp"
#include "bench/support/generated_occurrences.hpp"
#include "bench/support/process_usage.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/scratch_directory.hpp"
#include "store/maintenance.hpp"

namespace rounds::bench {
namespace {

// Small beside a log that is worth opening, large enough to keep the store busy.
constexpr std::uint64_t batches_per_report = 16;

// Hardly anything is folded in `growth`: a fifth of the usual fills a group, and the rest would
// only wait and take memory.
constexpr std::ptrdiff_t growth_batches_in_flight = 12;

struct Arguments {
  std::filesystem::path directory;
  std::uint32_t signatures = 0;
  std::uint64_t occurrences = 0;
  std::uint64_t seed = 0;
};

void print(std::string_view metric, double value, std::string_view unit) {
  fmt::print("{} {} {}\n", metric, value, unit);
}

// Records the source in a store that is closed again, and returns occurrences a second.
Result<double> record_and_close(const std::filesystem::path& directory,
                                const OccurrenceSource& source,
                                Acknowledgements& acknowledgements) {
  auto store = RocksStore::open(directory);
  if (!store) return std::unexpected(std::move(store.error()));
  const Stopwatch stopwatch;
  if (auto done = record_all(**store, source, acknowledgements, growth_batches_in_flight); !done) {
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
  const auto usage = usage_of(::getpid());
  if (!usage) return std::unexpected(usage.error());
  const Totals expected{first.size() + later.size(), arguments.signatures};
  const auto bytes = static_cast<double>(bytes_below(arguments.directory));
  print("occurrences_per_second", *rate, "1/s");
  print("creations_per_second", *filled, "1/s");
  print("peak_memory", usage->peak_memory_bytes, "bytes");
  print("bytes_per_occurrence", bytes / static_cast<double>(expected.occurrences), "bytes");
  for (const Sample& sample : samples_of(acknowledgements)) {
    print(sample.metric, sample.value, sample.unit);
  }
  return check(arguments.directory, expected);
}

// Prints how fast `events` were replayed since the stopwatch began, and the peak memory.
Result<void> print_replayed(std::string_view work, std::uint64_t events, double seconds) {
  const auto usage = usage_of(::getpid());
  if (!usage) return std::unexpected(usage.error());
  print(fmt::format("{}_events_per_second", work), static_cast<double>(events) / seconds, "1/s");
  print(fmt::format("{}_peak_memory", work), usage->peak_memory_bytes, "bytes");
  return {};
}

Result<void> rebuild(const Arguments& arguments) {
  const Stopwatch stopwatch;
  const auto report = rebuild_projections(arguments.directory, {});
  const double seconds = stopwatch.seconds();
  if (!report) return std::unexpected(report.error());
  if (auto printed = print_replayed("rebuild", report->sequence, seconds); !printed) return printed;
  return check(arguments.directory, {arguments.occurrences, arguments.signatures});
}

Result<void> verify(const Arguments& arguments) {
  const Stopwatch stopwatch;
  const auto verified = verify_projections(arguments.directory, {}, nullptr);
  const double seconds = stopwatch.seconds();
  if (!verified) return std::unexpected(verified.error());
  if (!verified->is_equal() || verified->sequence != arguments.occurrences) {
    return fail(ErrorCode::corruption, "the projections are not what the log makes");
  }
  return print_replayed("verify", verified->sequence, seconds);
}

// Records the stream again and again, an event for each occurrence. Returns only when it fails: the
// process is meant to be killed.
Result<void> write(const Arguments& arguments) {
  const OccurrenceStream stream({.occurrences = arguments.occurrences,
                                 .signatures = arguments.signatures,
                                 .exponent = 1.0,
                                 .seed = arguments.seed});
  auto store = RocksStore::open(arguments.directory, whole_events());
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
  auto* rebuilding = app.add_subcommand("rebuild", "Rebuild the projections of a store");
  auto* verifying = app.add_subcommand("verify", "Compare the projections of a store with its log");
  auto* writing = app.add_subcommand("write", "Record, and print how much, until killed");
  for (auto* command : {growing, rebuilding, verifying, writing}) {
    command->add_option("directory", arguments.directory, "Of the store")->required();
    command->add_option("signatures", arguments.signatures, "How many")->required();
    command->add_option("occurrences", arguments.occurrences, "How many")->required();
    command->add_option("seed", arguments.seed, "Of the random choices")->required();
  }
  CLI11_PARSE(app, argc, argv);
  const auto done = growing->parsed()      ? grow(arguments)
                    : rebuilding->parsed() ? rebuild(arguments)
                    : verifying->parsed()  ? verify(arguments)
                                           : write(arguments);
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
