#include "tools/command_line.hpp"

#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/moment.hpp"

namespace rounds::tools {
namespace {

// What is wrong with the arguments, in one sentence that says where help is.
std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  const auto commands = app.get_subcommands();  // those that were given
  const std::string asked =
      commands.empty() ? app.get_name()
                       : fmt::format("{} {}", app.get_name(), commands.front()->get_name());
  const auto rest = app.remaining();
  const bool unknown_command = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr &&
                               commands.empty() && !app.get_subcommands(nullptr).empty() &&
                               !rest.empty() && !rest.front().starts_with('-');
  if (unknown_command) {
    return fmt::format("there is no command \"{}\"; {} --help shows all of them", rest.front(),
                       asked);
  }
  return fmt::format("{}; see {} --help", error.what(), asked);
}

}  // namespace

std::optional<ExitCode> parse_arguments(CLI::App& app, std::span<const char* const> arguments,
                                        Process& process) {
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
    return std::nullopt;
  } catch (const CLI::Success& asked) {
    std::ostringstream ignored;
    app.exit(asked, process.out, ignored);  // prints the help or the version
    return ExitCode::fine;
  } catch (const CLI::ParseError& error) {
    return report(process.err, app.get_name(), {ErrorCode::invalid_argument, describe(app, error)});
  }
}

void add_version(CLI::App& app) {
  app.set_version_flag("--version", fmt::format("{} {}", app.get_name(), ROUNDS_VERSION),
                       "Print the version and exit");
}

CLI::Option* add_moment(CLI::App& app, const std::string& name, std::string& text,
                        const std::string& description) {
  return app.add_option(name, text, description)
      ->option_text("SEQUENCE|TIME")
      ->check([](const std::string& given) {
        const auto moment = parse_moment(given);
        return moment ? std::string{} : moment.error().message;
      });
}

ExitCode finish(ExitCode code, std::string_view program, Process& process) {
  process.out.flush();
  if (process.out.good()) return code;
  return report(process.err, program,
                {ErrorCode::io_error, "the result could not be written to the standard output"});
}

}  // namespace rounds::tools
