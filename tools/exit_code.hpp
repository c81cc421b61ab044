// The exit codes of the programs and how an error becomes one: docs promise them to scripts.
//
// Pure: usable from any thread.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "core/error.hpp"

namespace rounds::tools {

enum class ExitCode : std::uint8_t {
  fine = 0,
  refused = 1,        // a difference, a refusal, a conflict, or nothing of that name
  wrong_usage = 2,    // the arguments are wrong
  data_unusable = 3,  // data missing, damaged or in use; a server that does not answer
};

[[nodiscard]] ExitCode exit_code_of(ErrorCode code);

// Writes "<program>: <message>" as one line to `err`, safe for a terminal, and returns the code.
ExitCode report(std::ostream& err, std::string_view program, const Error& error);

}  // namespace rounds::tools
