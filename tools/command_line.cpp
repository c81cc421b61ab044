#include "tools/command_line.hpp"

#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace rounds::tools {

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
    return report(process.err, app.get_name(),
                  {ErrorCode::invalid_argument,
                   fmt::format("{}; see {} --help", error.what(), app.get_name())});
  }
}

void add_version(CLI::App& app) {
  app.set_version_flag("--version", fmt::format("{} {}", app.get_name(), ROUNDS_VERSION),
                       "Print the version and exit");
}

ExitCode finish(ExitCode code, std::string_view program, Process& process) {
  process.out.flush();
  if (process.out.good()) return code;
  return report(process.err, program,
                {ErrorCode::io_error, "the result could not be written to the standard output"});
}

}  // namespace rounds::tools
