// Commands that change one signature.
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "api/signature_json.hpp"
#include "tools/commands.hpp"
#include "tools/input_file.hpp"
#include "tools/views.hpp"

namespace rounds::tools {
namespace {

// The largest diagnosis that a store takes (limits::max_diagnosis_bytes), with every character
// escaped in JSON.
constexpr std::size_t max_diagnosis_file_bytes = 2U * 1024 * 1024;

// The options of every command here, and those of some.
struct ChangeOptions {
  std::string key;
  CommandContext context;
  std::optional<std::string> fix;
  std::optional<std::string> release;
  std::string diagnosis_file;
  ChangeTags tags;
};

using MakeCommand = std::function<Result<Command>(const ChangeOptions&, const Invocation&)>;

Result<ExitCode> run_change(const ChangeOptions& options, const MakeCommand& make_command,
                            const Invocation& invocation) {
  // Before the store is opened: a wrong argument should not wait for it.
  const auto command = make_command(options, invocation);
  if (!command) return std::unexpected(command.error());
  auto backend = invocation.open_backend();
  if (!backend) return std::unexpected(backend.error());
  const auto before = find_signature(**backend, options.key);
  if (!before) return std::unexpected(before.error());
  const auto signature = (*backend)->execute(before->id, *command, options.context);
  if (!signature) return std::unexpected(signature.error());
  if (auto closed = (*backend)->close(); !closed) return std::unexpected(closed.error());
  invocation.print([&] { return api::signature_to_json(*signature); },
                   [&] { return signature_sheet(*signature); });
  return ExitCode::fine;
}

void add_common_options(CLI::App& command, ChangeOptions& options) {
  command.add_option("ID", options.key, "Id or fingerprint of the signature")->required();
  Provenance& provenance = options.context.provenance;
  command.add_option("--actor", provenance.actor, "Who does it; kept in the history");
  command.add_option("--reason", provenance.reason, "Why; kept in the history");
  command.add_option("--request-id", provenance.request_id,
                     "An identifier of the request; kept in the history");
  command
      .add_option("--expected-version", options.context.expected_version,
                  "Change nothing unless the signature has this version")
      ->check(CLI::NonNegativeNumber);
}

// Adds the command `name`; the result takes the options that only it has.
std::pair<CLI::App*, ChangeOptions*> add_change(CommandLine& commands, const std::string& name,
                                                const std::string& description,
                                                const std::string& example,
                                                MakeCommand make_command) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App& command = commands.add(
      name, description, example,
      Action([options, make_command = std::move(make_command)](const Invocation& invocation) {
        return run_change(*options, make_command, invocation);
      }));
  add_common_options(command, *options);
  return {&command, options.get()};
}

// Makes a command that has no arguments of its own.
template <typename Plain>
Result<Command> make_plain(const ChangeOptions& /*options*/, const Invocation& /*invocation*/) {
  return Plain{};
}

Result<Command> make_diagnose(const ChangeOptions& options, const Invocation& invocation) {
  auto file = InputFile::open(options.diagnosis_file, invocation.process());
  if (!file) return std::unexpected(file.error());
  const auto text = file->read_all(max_diagnosis_file_bytes);
  if (!text) return std::unexpected(text.error());
  const auto json = api::parse_json(*text, file->name());
  if (!json) return std::unexpected(json.error());
  auto diagnosis = api::diagnosis_from_json(*json, invocation.now());
  if (!diagnosis) return std::unexpected(diagnosis.error().with_context(file->name()));
  return Diagnose{*std::move(diagnosis)};
}

Result<Command> make_tags(const ChangeOptions& options, const Invocation& /*invocation*/) {
  if (options.tags.add.empty() && options.tags.remove.empty()) {
    return fail(ErrorCode::invalid_argument, "tag needs --add TAG or --remove TAG at least once");
  }
  return options.tags;
}

void add_tag(CommandLine& commands) {
  const auto [command, options] = add_change(
      commands, "tag", "Add and remove tags",
      "rounds tag 0190163d-8694-739b-aea5-966c26f8ad91 --add database --remove network", make_tags);
  command->add_option("--add", options->tags.add, "A tag to add; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--remove", options->tags.remove, "A tag to remove, likewise")
      ->allow_extra_args(false);
}

}  // namespace

void add_lifecycle_commands(CommandLine& commands) {
  add_change(commands, "investigate", "Start an investigation",
             "rounds investigate 0190163d-8694-739b-aea5-966c26f8ad91 --actor alice",
             make_plain<StartInvestigation>);
  add_change(commands, "revert", "Give up an investigation: back to new",
             "rounds revert 0190163d-8694-739b-aea5-966c26f8ad91", make_plain<RevertInvestigation>);
  const auto [diagnose, diagnose_options] = add_change(
      commands, "diagnose", "Attach a diagnosis from a JSON file",
      "rounds diagnose 0190163d-8694-739b-aea5-966c26f8ad91 --file diagnosis.json, with\n"
      R"({"root_cause": "...", "evidence": ["..."], "suggested_fix": "...", "confidence": "high",)"
      "\n"
      R"( "model": "alice", "cost_usd": 0} and optionally "diagnosed_at" in the file)",
      make_diagnose);
  diagnose
      ->add_option("--file", diagnose_options->diagnosis_file,
                   "The diagnosis; - reads the standard input")
      ->required();
  const auto [resolve, resolve_options] =
      add_change(commands, "resolve", "Mark as resolved; a later occurrence makes it new again",
                 "rounds resolve 0190163d-8694-739b-aea5-966c26f8ad91 --fix \"raised the pool "
                 "size\" --release "
                 "2.4.1",
                 [](const ChangeOptions& options, const Invocation&) -> Result<Command> {
                   return Resolve{options.fix, options.release};
                 });
  resolve->add_option("--fix", resolve_options->fix, "What was done about it");
  resolve->add_option("--release", resolve_options->release,
                      "The release that has the fix: a version, tag or commit");
  add_change(commands, "mute", "Mute: occurrences are counted, nobody is bothered",
             "rounds mute 0190163d-8694-739b-aea5-966c26f8ad91 --reason \"known and harmless\"",
             make_plain<Mute>);
  add_change(commands, "retriage", "Back to new, without its diagnosis",
             "rounds retriage 0190163d-8694-739b-aea5-966c26f8ad91 --reason \"wrong diagnosis\"",
             make_plain<Retriage>);
  add_tag(commands);
}

}  // namespace rounds::tools
