// Errors as programs report them to OpenTelemetry: real ones of five languages, each in many
// variants that are failures of their own.
//
// The texts have holes: runs of three or more of the characters below, which every record fills
// with a value of its own (bench/support/otlp_requests.hpp), as messages carry ids. Immutable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace rounds::bench {

// Neither character stands three times in a row in what programs print.
inline constexpr char digits_hole = '@';
inline constexpr char hex_hole = '`';
inline constexpr std::size_t smallest_hole = 3;

struct ErrorRecord {
  std::string service;
  std::string language;  // telemetry.sdk.language
  std::string type;
  std::string message;
  std::string stack_trace;
};

// Failures by number. In five of nine, messages and stack traces have a hole.
class ErrorRecords {
 public:
  // Reads what programs printed, from the data of the tests. Errors: io_error if it is not there.
  [[nodiscard]] static Result<ErrorRecords> load();

  // Failures of different numbers have different code in their stack traces.
  [[nodiscard]] ErrorRecord failure(std::uint32_t number) const;

 private:
  struct Sample {
    ErrorRecord record;
    std::string varied;  // a name in the stack trace, of code of the application
  };

  std::vector<Sample> samples_;
};

}  // namespace rounds::bench
