// Checks of the program's own invariants, active in every build type.
//
// A failed check prints the place, the condition and the message to stderr and aborts: the process
// must not go on with a broken invariant and write it to disk. Never use them on bytes from disk or
// network: those are errors (core/error.hpp), however impossible they look.
#pragma once

#include <string_view>

namespace rounds::detail {

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view message);

}  // namespace rounds::detail

// Aborts with `message` unless `condition` holds.
#define ROUNDS_CHECK(condition, message)                                         \
  do {                                                                           \
    if (!(condition)) [[unlikely]] {                                             \
      ::rounds::detail::check_failed(__FILE__, __LINE__, #condition, (message)); \
    }                                                                            \
  } while (false)

// Marks code that no valid program state reaches.
#define ROUNDS_UNREACHABLE(message) \
  ::rounds::detail::check_failed(__FILE__, __LINE__, "unreachable", (message))
