#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "store/maintenance.hpp"
#include "tools/command_line.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/replay_report.hpp"
#include "tools/settings.hpp"

namespace rounds::tools {
namespace {

constexpr std::string_view replay_name = "rounds-replay";

constexpr const char* footer =
    "Example: rounds-replay --data-dir ./data\n"
    "Example: rounds-replay --data-dir ./data --verify --projection by_status --json\n"
    "No daemon may have the directory open. Settings come from flags, then the environment\n"
    "(ROUNDS_DATA_DIR, ROUNDS_CONFIG), then the file of --config (TOML: data-dir = \"...\"), then\n"
    "the default, --data-dir ./data.\n"
    "Exit codes: 0 fine, 1 the projections differ, 2 wrong usage, 3 data missing, damaged or in "
    "use.";

struct ReplayOptions {
  LocationFlags location;
  std::vector<std::string> projections;
  bool verify = false;
  bool json = false;
};

// A result in the form that was asked for.
template <typename Report>
void print(const ReplayOptions& options, const Report& report, Process& process) {
  if (options.json) {
    process.out << api::to_text(to_json(report)) << '\n';
  } else {
    process.out << to_text(report, process.out_columns);
  }
}

Result<std::vector<Projection>> chosen_projections(const ReplayOptions& options) {
  std::vector<Projection> chosen;
  for (const std::string& name : options.projections) {
    const auto projection = parse_projection(name);
    if (!projection) return std::unexpected(projection.error());
    chosen.push_back(*projection);
  }
  return chosen;
}

Result<ExitCode> replay(const ReplayOptions& options, Process& process) {
  const auto directory = find_data_directory(options.location, process, replay_name);
  if (!directory) return std::unexpected(directory.error());
  auto chosen = chosen_projections(options);
  if (!chosen) return std::unexpected(chosen.error());
  Progress progress(process, options.verify ? "Verifying" : "Rebuilding", "events");
  const auto update = [&progress](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total);
  };
  if (!options.verify) {
    const auto report = rebuild_projections(*directory, *std::move(chosen), update);
    progress.clear();
    if (!report) return std::unexpected(report.error());
    print(options, *report, process);
    return ExitCode::fine;
  }
  const auto verification = verify_projections(*directory, *std::move(chosen), update);
  progress.clear();
  if (!verification) return std::unexpected(verification.error());
  print(options, *verification, process);
  return verification->is_equal() ? ExitCode::fine : ExitCode::refused;
}

}  // namespace

ExitCode run_replay(std::span<const char* const> arguments, Process& process) {
  ReplayOptions options;
  CLI::App app("Rebuilds what queries read (the projections) from the log, or compares the two.",
               std::string(replay_name));
  app.footer(footer);
  add_version(app);
  app.add_option("--data-dir", options.location.data_dir, "Directory of the store");
  app.add_option("--config", options.location.config, "TOML file with settings");
  std::vector<std::string> names;
  names.reserve(all_projections.size());
  for (const Projection projection : all_projections) names.emplace_back(to_string(projection));
  app.add_option("--projection", options.projections,
                 "Only this one; may be given several times (all by default)")
      ->check(CLI::IsMember(names))
      ->allow_extra_args(false);
  app.add_flag("--verify", options.verify, "Change nothing; name the keys that differ");
  app.add_flag("--json", options.json, "Print one JSON document");

  if (const auto ended = parse_arguments(app, arguments, process)) {
    return finish(*ended, replay_name, process);
  }
  const auto code = replay(options, process);
  if (!code) return report(process.err, replay_name, code.error());
  return finish(*code, replay_name, process);
}

}  // namespace rounds::tools
