// rounds verify: is every event of the log what was written?
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/log_verifier.hpp"
#include "store/rocks_store.hpp"
#include "tools/commands.hpp"
#include "tools/progress.hpp"

namespace rounds::tools {
namespace {

Result<LogVerification> verify(const Invocation& invocation) {
  Process& process = invocation.process();
  const auto directory = find_data_directory(invocation.location(), process, "verify");
  if (!directory) return std::unexpected(directory.error());
  auto log = EventLog::open(log_directory(*directory), {.create_if_missing = false});
  if (!log) return std::unexpected(log.error());
  Progress progress(process, "Checking", "events");
  auto verification = verify_log(**log, [&progress](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total);
  });
  if (!verification) return verification;
  if (auto closed = (*log)->close(); !closed) return std::unexpected(closed.error());
  return verification;
}

boost::json::object verification_to_json(const LogVerification& verification) {
  boost::json::object object{{"last_sequence", verification.last_sequence},
                             {"event_count", verification.event_count},
                             {"signature_count", verification.signature_count},
                             {"damage", nullptr}};
  if (verification.damage) {
    object["damage"] =
        boost::json::object{{"code", to_string(verification.damage->code)},
                            {"message", api::json_string(verification.damage->message)}};
  }
  return object;
}

Result<ExitCode> run_verify(const Invocation& invocation) {
  const auto verification = verify(invocation);
  if (!verification) return std::unexpected(verification.error());
  invocation.print([&] { return verification_to_json(*verification); },
                   [&] {
                     return fmt::format("{} of {} events of {} signatures are sound\n",
                                        verification->event_count, verification->last_sequence,
                                        verification->signature_count);
                   });
  if (!verification->damage) return ExitCode::fine;
  // The result is printed either way; the exit code is that of damaged data, whatever it is.
  report(invocation.process().err, program_name, *verification->damage);
  return ExitCode::data_unusable;
}

}  // namespace

void add_verify_command(CommandLine& commands) {
  commands.add("verify",
               "Check every event of the log: checksums, chain, dense sequences, versions",
               "rounds verify --data-dir ./data",
               Action([](const Invocation& invocation) { return run_verify(invocation); }));
}

}  // namespace rounds::tools
