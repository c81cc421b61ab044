// The parsers behind parse_stack_trace(), one for each language, and what they share. Internal.
//
// All are linear in the text, give frames as ingest/stack_trace.hpp says, and none for text of
// another kind. Pure: usable from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/occurrence.hpp"

namespace rounds::stack {

// V8's error.stack: "    at function (file:line:column)", newest frame first.
[[nodiscard]] std::vector<StackFrame> parse_v8(std::string_view text);

// Python's traceback.format_exc(): "  File "path", line N, in function", newest frame last.
[[nodiscard]] std::vector<StackFrame> parse_python(std::string_view text);

// The part of a path that is the same wherever the program is installed (ingest/stack_trace.hpp).
[[nodiscard]] std::string module_of_path(std::string_view path);

// Removes the first line from `text` and returns it without its line end (\n or \r\n).
[[nodiscard]] std::string_view take_line(std::string_view& text);

// Removes `prefix` from the front of `text`, if it stands there.
[[nodiscard]] bool take_prefix(std::string_view& text, std::string_view prefix);

// A whole text of decimal digits as a line number; nothing if it is none or does not fit.
[[nodiscard]] std::optional<std::uint32_t> parse_line_number(std::string_view digits);

}  // namespace rounds::stack
