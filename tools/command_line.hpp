// What both programs do alike with their command lines.
//
// Belongs to one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <CLI/App.hpp>

#include "tools/exit_code.hpp"
#include "tools/process.hpp"

namespace rounds::tools {

// Reads `arguments` (the program's name first) into the options of `app`. None if the program is to
// go on; otherwise it ends with this code: after --help and --version, and after wrong usage, which
// was reported in one sentence.
[[nodiscard]] std::optional<ExitCode> parse_arguments(CLI::App& app,
                                                      std::span<const char* const> arguments,
                                                      Process& process);

// Adds --version.
void add_version(CLI::App& app);

// Adds an option that takes a moment: its text is one for parse_moment(), or `text` stays empty.
CLI::Option* add_moment(CLI::App& app, const std::string& name, std::string& text,
                        const std::string& description);

// Ends a program: a result that could not be written is an error, not a success.
[[nodiscard]] ExitCode finish(ExitCode code, std::string_view program, Process& process);

}  // namespace rounds::tools
