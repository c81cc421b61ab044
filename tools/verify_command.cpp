// rounds verify: is every event of the log what was written, and is all of it there?
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "eventlog/event_log.hpp"
#include "eventlog/log_verifier.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "store/salvage.hpp"
#include "tools/commands.hpp"
#include "tools/log_report.hpp"
#include "tools/progress.hpp"
#include "tools/replay_report.hpp"
#include "tools/salvage_report.hpp"

namespace rounds::tools {
namespace {

struct VerifyOptions {
  bool projections = false;
  bool renew_watermark = false;
  std::optional<std::string> salvage;  // the new store's directory
};

// Accepts what is there: opening renews the watermark, closing makes it final.
Result<void> renew_watermark(const std::filesystem::path& log_path, const Invocation& invocation) {
  EventLogOptions options;
  options.create_if_missing = false;
  options.renew_watermark = true;
  const auto log = EventLog::open(log_path, options);
  if (!log) return std::unexpected(log.error());
  invocation.note((*log)->opening().describe());
  return (*log)->close();
}

// Each row of the projections against a fresh replay of the log.
Result<ProjectionVerification> compare_projections(const std::filesystem::path& directory,
                                                   Process& process) {
  Progress progress(process, "Comparing", "events");
  return verify_projections(directory, {}, [&progress](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total);
  });
}

Result<ExitCode> run_salvage(const Invocation& invocation, const std::filesystem::path& directory,
                             const std::filesystem::path& target) {
  Progress progress(invocation.process(), "Salvaging", "events");
  const auto report = salvage_store(
      directory, target,
      [&progress](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
  progress.clear();
  if (!report) return std::unexpected(report.error());
  invocation.print([&] { return to_json(*report); }, [&] { return to_text(*report); });
  return report->is_complete() ? ExitCode::fine : ExitCode::refused;
}

Result<ExitCode> run_verify(const Invocation& invocation, const VerifyOptions& options) {
  Process& process = invocation.process();
  const auto directory = find_data_directory(invocation.location(), process, "verify");
  if (!directory) return std::unexpected(directory.error());
  if (options.salvage) return run_salvage(invocation, *directory, *options.salvage);
  const auto log_path = log_directory(*directory);
  if (options.renew_watermark) {
    if (auto renewed = renew_watermark(log_path, invocation); !renewed) {
      return std::unexpected(renewed.error());
    }
  }
  Progress progress(process, "Checking", "events");
  const auto verification = verify_log_in(
      log_path,
      [&progress](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
  progress.clear();
  if (!verification) return std::unexpected(verification.error());
  // A damaged log is no measure for projections.
  std::optional<ProjectionVerification> projections;
  if (options.projections && verification->is_sound()) {
    auto compared = compare_projections(*directory, process);
    if (!compared) return std::unexpected(std::move(compared.error()));
    projections = *std::move(compared);
  }
  invocation.print(
      [&] {
        auto object = to_json(*verification);
        object["projections"] = projections ? boost::json::value(to_json(*projections)) : nullptr;
        return object;
      },
      [&] {
        return to_text(*verification) +
               (projections ? to_text(*projections, process.out_columns) : "");
      });
  if (verification->is_sound()) {
    return !projections || projections->is_equal() ? ExitCode::fine : ExitCode::refused;
  }
  // The result is printed either way; the exit code is that of damaged data, whatever it is.
  report(process.err, program_name,
         {ErrorCode::corruption,
          fmt::format("the log is damaged in {} places; restore a backup of it, "
                      "or copy what is sound with --salvage",
                      verification->damage_count)});
  return ExitCode::data_unusable;
}

}  // namespace

void add_verify_command(CommandLine& commands) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App& command = commands.add(
      "verify",
      "Check every event of the log: checksums, chain, dense sequences, versions, watermark",
      "rounds verify --data-dir ./data",
      Action([options](const Invocation& invocation) { return run_verify(invocation, *options); }));
  auto* projections = command.add_flag(
      "--projections", options->projections,
      "Also compare every row that queries read with the log, as of what is on the "
      "disk");
  auto* renew = command.add_flag("--renew-watermark", options->renew_watermark,
                                 "First accept the log as it is, although its watermark is gone or "
                                 "says that it was longer; no "
                                 "daemon may run");
  command
      .add_option("--salvage", options->salvage,
                  "Copy what is sound into a new store in this directory, which must be absent or "
                  "empty, and tell what is left out; writes nothing else; no daemon may run; exit "
                  "code 1 if anything is left out")
      ->option_text("DIR")
      ->excludes(projections)
      ->excludes(renew);
}

}  // namespace rounds::tools
