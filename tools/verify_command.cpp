// rounds verify: is every event of the log what was written, and is all of it there?
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/log_verifier.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tools/commands.hpp"
#include "tools/printable.hpp"
#include "tools/progress.hpp"
#include "tools/replay_report.hpp"

namespace rounds::tools {
namespace {

struct VerifyOptions {
  bool projections = false;
  bool renew_watermark = false;
};

boost::json::object error_to_json(const Error& error) {
  return {{"code", to_string(error.code)}, {"message", api::json_string(error.message)}};
}

boost::json::value watermark_to_json(const std::optional<Watermark>& watermark) {
  if (!watermark) return nullptr;
  return boost::json::object{{"sequence", watermark->sequence}, {"closed", watermark->closed}};
}

boost::json::object log_to_json(const LogVerification& verification) {
  boost::json::array damages;
  for (const LogDamage& damage : verification.damages) {
    auto object = error_to_json(damage.error);
    object["first"] = damage.first;
    object["last"] = damage.last;
    damages.emplace_back(std::move(object));
  }
  boost::json::array signatures;
  for (const AffectedSignature& affected : verification.affected_signatures) {
    signatures.emplace_back(boost::json::object{{"id", affected.id.to_string()},
                                                {"first_missing_version", affected.first_missing},
                                                {"last_missing_version", affected.last_missing}});
  }
  return {{"sound", verification.is_sound()},
          {"last_sequence", verification.last_sequence},
          {"event_count", verification.event_count},
          {"signature_count", verification.signature_count},
          {"watermark", watermark_to_json(verification.watermark)},
          {"damage_count", verification.damage_count},
          {"damages", std::move(damages)},
          {"affected_signature_count", verification.affected_signature_count},
          {"affected_signatures", std::move(signatures)}};
}

std::string events_text(const LogDamage& damage) {
  return damage.first == damage.last ? fmt::format("event {}", damage.first)
                                     : fmt::format("events {} to {}", damage.first, damage.last);
}

std::string log_to_text(const LogVerification& verification) {
  std::string text =
      fmt::format("{} of {} events of {} signatures are sound\n", verification.event_count,
                  verification.last_sequence, verification.signature_count);
  if (verification.watermark) {
    text += fmt::format("the watermark says that {} were acknowledged\n",
                        verification.watermark->sequence);
  }
  for (const LogDamage& damage : verification.damages) {
    text += fmt::format("damaged: {}: {}\n", events_text(damage), printable(damage.error.message));
  }
  if (verification.damage_count > verification.damages.size()) {
    text += fmt::format("and {} more places\n",
                        verification.damage_count - verification.damages.size());
  }
  for (const AffectedSignature& affected : verification.affected_signatures) {
    text += fmt::format("affected: signature {}: versions {} to {} are missing\n",
                        affected.id.to_string(), affected.first_missing, affected.last_missing);
  }
  if (verification.affected_signature_count > verification.affected_signatures.size()) {
    text += fmt::format("and {} more signatures\n", verification.affected_signature_count -
                                                        verification.affected_signatures.size());
  }
  return text;
}

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

Result<ExitCode> run_verify(const Invocation& invocation, const VerifyOptions& options) {
  Process& process = invocation.process();
  const auto directory = find_data_directory(invocation.location(), process, "verify");
  if (!directory) return std::unexpected(directory.error());
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
        auto object = log_to_json(*verification);
        object["projections"] = projections ? boost::json::value(to_json(*projections)) : nullptr;
        return object;
      },
      [&] {
        return log_to_text(*verification) +
               (projections ? to_text(*projections, process.out_columns) : "");
      });
  if (verification->is_sound()) {
    return !projections || projections->is_equal() ? ExitCode::fine : ExitCode::refused;
  }
  // The result is printed either way; the exit code is that of damaged data, whatever it is.
  report(
      process.err, program_name,
      {ErrorCode::corruption, fmt::format("the log is damaged in {} places; restore a backup of it",
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
  command.add_flag("--projections", options->projections,
                   "Also compare every row that queries read with the log; no daemon may run");
  command.add_flag("--renew-watermark", options->renew_watermark,
                   "First accept the log as it is, although its watermark is gone or says that it "
                   "was longer; no daemon may run");
}

}  // namespace rounds::tools
