// The one error type of the project and the result type that carries it.
//
// Every fallible function returns Result<T>; absence is Result<std::optional<T>>, not an error.
// Errors name the thing, the value and what to do about it, so that they can be shown to a person
// as they are. Values only: usable from any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace rounds {

// What a caller can do about an error. Not persisted.
enum class ErrorCode : std::uint8_t {
  invalid_argument,  // the input is malformed or over a limit: correct it
  too_large,         // the input is over a limit on its size: send less at once
  not_found,         // the named signature does not exist
  conflict,      // expected_version or a unique fingerprint does not match: read again and retry
  refused,       // not allowed as things are, by the lifecycle or by what is in the way
  overloaded,    // a bounded queue is full: retry later
  unavailable,   // the store is closed, or takes no writes after a failed one: reopen it
  in_use,        // another process holds the data directory
  data_missing,  // the data directory, or a file of it, is not there
  corruption,    // bytes on disk are not what was written
  unsupported,   // written by a newer release than this one
  io_error,      // the operating system refused a read or write
};

// The stable name of a code, for logs and machine-readable output ("not_found").
[[nodiscard]] std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;  // one clear sentence, without a trailing newline

  // The same error with what was being done in front: "<context>: <message>".
  [[nodiscard]] Error with_context(std::string_view context) const;

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = std::expected<T, Error>;

// Shorthand for returning an error: return fail(ErrorCode::conflict, fmt::format(...)).
[[nodiscard]] std::unexpected<Error> fail(ErrorCode code, std::string message);

}  // namespace rounds
