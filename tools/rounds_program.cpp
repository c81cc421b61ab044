#include <CLI/CLI.hpp>

#include "tools/command_line.hpp"
#include "tools/commands.hpp"
#include "tools/program.hpp"

namespace rounds::tools {
namespace {

constexpr const char* footer =
    "Example: rounds list --data-dir ./data --status new\n"
    "Example: rounds stats --server http://127.0.0.1:4318 --json\n"
    "rounds COMMAND --help explains a command. Options may stand before or after the command.\n"
    "Settings come from flags, then the environment (ROUNDS_DATA_DIR, ROUNDS_SERVER,\n"
    "ROUNDS_CONFIG), then the file of --config (TOML: data-dir = \"...\" or server = \"...\"), "
    "then\n"
    "the default, --data-dir ./data.\n"
    "Exit codes: 0 fine, 1 refused, not found or a difference, 2 wrong usage, 3 data missing,\n"
    "damaged or in use, or a server that does not answer.";

}  // namespace

ExitCode run_rounds(std::span<const char* const> arguments, Process& process) {
  LocationFlags location;
  bool json = false;
  CLI::App app("Lists errors as signatures, shows what happened to them and works on them.",
               std::string(program_name));
  app.fallthrough();
  app.require_subcommand(0, 1);  // none is reported below, with a better sentence
  app.footer(footer);
  add_version(app);
  app.add_option("--data-dir", location.data_dir, "Directory of a store that no daemon has open");
  app.add_option("--server", location.server,
                 "Address of a rounds-ingestd: http://HOST:PORT, https");
  app.add_option("--token-file", location.token_file,
                 "File with the token that the server wants ($ROUNDS_TOKEN_FILE)");
  app.add_option("--ca-file", location.ca_file,
                 "PEM file of who vouches for the server; by default those that the system trusts "
                 "($ROUNDS_CA_FILE)");
  app.add_option("--config", location.config, "TOML file with settings");
  app.add_flag("--json", json, "Print one JSON document, as the HTTP interface answers it");
  CommandLine commands(app);
  add_query_commands(commands);
  add_lifecycle_commands(commands);
  add_ingest_command(commands);
  add_fingerprint_command(commands);
  add_verify_command(commands);
  add_backup_command(commands);

  if (const auto ended = parse_arguments(app, arguments, process)) {
    return finish(*ended, program_name, process);
  }
  if (!commands.chosen()) {
    return report(process.err, program_name,
                  {ErrorCode::invalid_argument,
                   "name a command, such as list; rounds --help shows all of them"});
  }
  const auto code = commands.chosen()(Invocation(process, location, json));
  if (!code) return report(process.err, program_name, code.error());
  return finish(*code, program_name, process);
}

}  // namespace rounds::tools
