#include <filesystem>
#include <optional>
#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "store/maintenance.hpp"
#include "store/past_store.hpp"
#include "tools/command_line.hpp"
#include "tools/online_replay.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/replay_report.hpp"
#include "tools/settings.hpp"
#include "tools/stop_signals.hpp"

namespace rounds::tools {
namespace {

constexpr std::string_view replay_name = "rounds-replay";

constexpr const char* footer =
    "Example: rounds-replay --data-dir ./data\n"
    "Example: rounds-replay --data-dir ./data --verify --projection by_status --json\n"
    "Example: rounds-replay --data-dir ./data --until 2026-11-23T14:31:07Z --into ./then\n"
    "Example: rounds-replay --data-dir ./data --signature 0190163d-8694-739b-aea5-966c26f8ad91\n"
    "New projections are built beside the old ones, which serve until the new ones are complete. "
    "Ctrl-C puts\n"
    "aside what was read of the log, and --resume goes on from there; after a kill it goes on from "
    "what was\n"
    "put aside last, every 16 million events or 480 MiB. Opening the store removes what was put "
    "aside.\n"
    "Example: rounds-replay --server http://127.0.0.1:4318 --projection by_status\n"
    "No daemon may have the directory open, but for --verify and --until, which only read it. "
    "Settings come from flags, then the "
    "environment\n"
    "(ROUNDS_DATA_DIR, ROUNDS_CONFIG), then the file of --config (TOML: data-dir = \"...\"), then\n"
    "the default, --data-dir ./data.\n"
    "Exit codes: 0 fine, 1 the projections differ, 2 wrong usage, 3 data missing, damaged or in "
    "use.";

struct ReplayOptions {
  LocationFlags location;
  std::vector<std::string> projections;
  std::string server;
  std::string signature;
  bool verify = false;
  bool resume = false;
  std::string until;  // empty: not given
  std::string into;
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

// --until: another store.
Result<ExitCode> build_past(const ReplayOptions& options, const std::filesystem::path& directory,
                            Process& process) {
  const auto moment = parse_moment(options.until);
  if (!moment) return std::unexpected(moment.error());
  Progress copying(process, "Copying", "events");
  std::optional<Progress> folding;  // starts the clock of its rate when the copy is there
  const PastStoreProgress progress{
      [&](std::uint64_t done, std::uint64_t total) { copying.update(done, total); },
      [&](std::uint64_t done, std::uint64_t total) {
        copying.clear();
        if (!folding) folding.emplace(process, "Building", "events");
        folding->update(done, total);
      }};
  const auto past = build_past_store(directory, *moment, options.into, progress);
  copying.clear();
  folding.reset();
  if (!past) return std::unexpected(past.error());
  print(options, *past, process);
  return ExitCode::fine;
}

// What is about one signature: verified, or repaired.
Result<ExitCode> replay_signature(const ReplayOptions& options,
                                  const std::filesystem::path& directory,
                                  std::vector<Projection> chosen, const ReplayProgress& update,
                                  Process& process) {
  const auto id = SignatureId::parse(options.signature);
  if (!id) return std::unexpected(id.error());
  if (options.verify) {
    const auto verification = verify_projections(directory, std::move(chosen), update, *id);
    if (!verification) return std::unexpected(verification.error());
    print(options, *verification, process);
    return verification->is_equal() ? ExitCode::fine : ExitCode::refused;
  }
  const auto before = repair_signature(directory, *id, update);
  if (!before) return std::unexpected(before.error());
  print(options, RepairReport{*id, *before}, process);
  return ExitCode::fine;
}

Result<ExitCode> rebuild(const ReplayOptions& options, const std::filesystem::path& directory,
                         std::vector<Projection> chosen, const ReplayProgress& update,
                         Process& process) {
  const StopSignals signals;
  const RebuildOptions rebuild_options{
      .progress = update, .resume = options.resume, .stop = signals.token()};
  const auto report = rebuild_projections(directory, std::move(chosen), rebuild_options);
  if (!report && signals.token().stop_requested()) {
    return fail(ErrorCode::unavailable,
                "interrupted; the old projections stay in use, and --resume goes on from here");
  }
  if (!report) return std::unexpected(report.error());
  print(options, *report, process);
  return ExitCode::fine;
}

Result<ExitCode> replay_online(const ReplayOptions& options, Process& process) {
  const auto chosen = chosen_projections(options);
  if (!chosen) return std::unexpected(chosen.error());
  auto credentials = find_credentials(options.location, process);
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  Progress progress(process, "Rebuilding", "events");
  const auto report = rebuild_through_server(
      options.server, *chosen,
      [&progress](std::uint64_t done, std::uint64_t total) { progress.update(done, total); },
      *std::move(credentials));
  progress.clear();
  if (!report) return std::unexpected(report.error());
  print(options, *report, process);
  return ExitCode::fine;
}

Result<ExitCode> replay(const ReplayOptions& options, Process& process) {
  if (!options.server.empty()) return replay_online(options, process);
  const auto directory = find_data_directory(options.location, process, replay_name);
  if (!directory) return std::unexpected(directory.error());
  if (!options.until.empty()) return build_past(options, *directory, process);
  auto chosen = chosen_projections(options);
  if (!chosen) return std::unexpected(chosen.error());
  Progress progress(process, options.verify ? "Verifying" : "Rebuilding", "events");
  // The last step is done before anything is printed.
  const auto update = [&progress](std::uint64_t done, std::uint64_t total) {
    done == total ? progress.clear() : progress.update(done, total);
  };
  if (!options.signature.empty()) {
    return replay_signature(options, *directory, *std::move(chosen), update, process);
  }
  if (!options.verify) {
    return rebuild(options, *directory, *std::move(chosen), update, process);
  }
  const auto verification = verify_projections(*directory, *std::move(chosen), update);
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
  auto* data_dir =
      app.add_option("--data-dir", options.location.data_dir, "Directory of the store");
  app.add_option("--config", options.location.config, "TOML file with settings");
  std::vector<std::string> names;
  names.reserve(all_projections.size());
  for (const Projection projection : all_projections) names.emplace_back(to_string(projection));
  auto* projection = app.add_option("--projection", options.projections,
                                    "Only this one; may be given several times (all by default)")
                         ->check(CLI::IsMember(names))
                         ->allow_extra_args(false);
  auto* signature = app.add_option("--signature", options.signature,
                                   "Only what is about the signature of this id, in all "
                                   "projections; costs a scan of the log");
  auto* verify =
      app.add_flag("--verify", options.verify, "Change nothing; name the keys that differ");
  auto* server =
      app.add_option("--server", options.server,
                     "Have the daemon at this address rebuild, while it goes on; Ctrl-C only ends "
                     "the watching");
  app.add_option("--token-file", options.location.token_file,
                 "File with the admin token that the daemon wants ($ROUNDS_TOKEN_FILE)");
  app.add_option("--ca-file", options.location.ca_file,
                 "PEM file of who vouches for an https address ($ROUNDS_CA_FILE)");
  server->excludes(data_dir)->excludes(verify)->excludes(signature);
  auto* resume =
      app.add_flag("--resume", options.resume, "Go on with a rebuild that was interrupted");
  resume->excludes(verify)->excludes(signature);
  auto* until = add_moment(app, "--until", options.until,
                           "Change nothing, but make another store that holds what this one held "
                           "right behind this event of the log, or at this time (RFC 3339)");
  auto* into =
      app.add_option("--into", options.into,
                     "The new store's directory for --until: absent or empty; killed "
                     "before the end, DIR.incomplete is left, which the next run replaces");
  until->needs(into)->excludes(verify)->excludes(projection);
  until->excludes(signature)->excludes(server)->excludes(resume);
  into->option_text("DIR")->needs(until);
  app.add_flag("--json", options.json, "Print one JSON document");

  if (const auto ended = parse_arguments(app, arguments, process)) {
    return finish(*ended, replay_name, process);
  }
  const auto code = replay(options, process);
  if (!code) return report(process.err, replay_name, code.error());
  return finish(*code, replay_name, process);
}

}  // namespace rounds::tools
