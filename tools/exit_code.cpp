#include "tools/exit_code.hpp"

#include <ostream>

#include "core/check.hpp"
#include "tools/printable.hpp"

namespace rounds::tools {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::too_large:
      return ExitCode::wrong_usage;
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::refused:
    case ErrorCode::overloaded:
      return ExitCode::refused;
    case ErrorCode::unavailable:
    case ErrorCode::in_use:
    case ErrorCode::data_missing:
    case ErrorCode::corruption:
    case ErrorCode::unsupported:
    case ErrorCode::io_error:
      return ExitCode::data_unusable;
  }
  ROUNDS_UNREACHABLE("ErrorCode outside its enumerators");
}

ExitCode report(std::ostream& err, std::string_view program, const Error& error) {
  err << program << ": " << printable(error.message) << '\n';
  err.flush();
  return exit_code_of(error.code);
}

}  // namespace rounds::tools
