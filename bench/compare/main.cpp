// rounds-compare: runs workloads on rounds and its peers, one system after the other, and reports.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/compare/report.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/scratch_directory.hpp"

namespace rounds::bench {
namespace {

constexpr int exit_difference = 1;
constexpr int exit_usage = 2;

struct Settings {
  std::vector<std::string> workloads;  // empty: all
  std::vector<std::string> systems;    // empty: all
  std::string size = "full";
  std::optional<std::uint64_t> occurrences;
  std::optional<std::size_t> rounds;
  std::uint64_t seed = 1;
  std::filesystem::path data_directory = default_data_directory();
  std::filesystem::path json;
};

Scale scale_of(const Settings& settings) {
  Scale scale;
  if (settings.size == "quick") scale = small_scale();
  if (settings.size == "tiny") scale = tiny_scale();
  scale.seed = settings.seed;
  if (settings.occurrences) {
    scale.occurrences = *settings.occurrences;
    scale.uniform_occurrences = *settings.occurrences;
    scale.replayed_events = *settings.occurrences;
    scale.otlp_records = *settings.occurrences;
    scale.otlp_paced_records = *settings.occurrences;
    scale.otlp_json_records = *settings.occurrences;
  }
  return scale;
}

std::size_t rounds_of(const Settings& settings) {
  return settings.rounds.value_or(settings.size == "full" ? 3 : 1);
}

bool is_chosen(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

// The first figure of a run is the one that says most.
void show_progress(const Workload& workload, std::size_t round, System system,
                   const Samples& samples) {
  fmt::print(stderr, "{} round {} {}: {} {:.6g} {}\n", workload.name(), round + 1,
             to_string(system), samples.front().metric, samples.front().value,
             samples.front().unit);
}

// Round by round, so that a busy moment of the machine touches all systems alike.
Result<void> run(Workload& workload, const Settings& settings, Report& report) {
  workload.prepare();
  for (std::size_t round = 0; round < rounds_of(settings); ++round) {
    for (const System system : workload.systems()) {
      if (!is_chosen(settings.systems, to_string(system))) continue;
      const auto directory = ScratchDirectory::create_in(settings.data_directory);
      if (!directory) return std::unexpected(directory.error());
      const auto samples = workload.run(system, directory->path());
      if (!samples) {
        return std::unexpected(samples.error().with_context(
            fmt::format("{} on {}", workload.name(), to_string(system))));
      }
      show_progress(workload, round, system, *samples);
      report.add(workload.name(), system, *samples);
    }
  }
  return {};
}

double load_average() {
  double last_minute = 0;
  if (::getloadavg(&last_minute, 1) != 1) return 0;
  return last_minute;
}

Result<void> run_all(const Settings& settings) {
  Report report;
  for (auto& workload : make_workloads(scale_of(settings))) {
    if (!is_chosen(settings.workloads, workload->name())) continue;
    const RunFacts facts{.size = settings.size, .load_average = load_average()};
    if (auto done = run(*workload, settings, report); !done) return done;
    // At once: a run that is interrupted goes on with the next workload.
    if (!settings.json.empty()) {
      auto written = report.write_json(settings.json, workload->name(), facts);
      if (!written) return written;
    }
    workload.reset();  // its input is large
  }
  if (settings.json.empty()) fmt::print("{}\n{}", report.table(), report.ratios());
  return {};
}

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  for (const auto& workload : make_workloads({})) names.emplace_back(workload->name());
  return names;
}

std::vector<std::string> system_names() {
  std::vector<std::string> names;
  names.reserve(std::size(all_systems));
  for (const System system : all_systems) names.emplace_back(to_string(system));
  return names;
}

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Compares rounds with raw RocksDB and with SQLite; wrong counts fail it.");
  app.add_option("--workload", settings.workloads, "Only these workloads; may be repeated")
      ->check(CLI::IsMember(workload_names()));
  app.add_option("--system", settings.systems, "Only these systems; may be repeated")
      ->check(CLI::IsMember(system_names()));
  app.add_option("--size", settings.size,
                 "full to measure (unless given), quick to have a look, tiny to check the totals")
      ->check(CLI::IsMember({"full", "quick", "tiny"}));
  app.add_option("--occurrences", settings.occurrences, "Occurrences that bulk workloads record")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  app.add_option("--rounds", settings.rounds,
                 "How often each system runs; unless given 3 at full size, else 1")
      ->check(CLI::Range(1, 100));
  app.add_option("--seed", settings.seed, "Of the random choices; 1 unless given");
  app.add_option(
      "--data-dir", settings.data_directory,
      "Where the systems keep their data, on a disk; below the build folder unless given");
  app.add_option("--json", settings.json,
                 "Write the figures to files in this directory instead, one for each workload");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : exit_usage;
  }
  if (const auto done = run_all(settings); !done) {
    fmt::print(stderr, "rounds-compare: {}\n", done.error().message);
    return exit_difference;
  }
  return 0;
}

}  // namespace
}  // namespace rounds::bench

int main(int argc, char** argv) {
  try {
    return rounds::bench::main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "rounds-compare: {}\n", error.what());
    return rounds::bench::exit_difference;
  }
}
