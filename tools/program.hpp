// The two programs of this folder as functions, so that tests can call them.
//
// One call at a time in a process.
#pragma once

#include <span>

#include "tools/exit_code.hpp"
#include "tools/process.hpp"

namespace rounds::tools {

// `rounds COMMAND ...`. `arguments` are those of main(), the program's name first.
[[nodiscard]] ExitCode run_rounds(std::span<const char* const> arguments, Process& process);

// `rounds-replay ...`.
[[nodiscard]] ExitCode run_replay(std::span<const char* const> arguments, Process& process);

}  // namespace rounds::tools
