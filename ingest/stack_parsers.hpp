// The parsers behind parse_stack_trace(), one for each language, and what they share. Internal.
//
// All are linear in the text, give what ingest/stack_trace.hpp says, and no frames for text of
// another kind. None looks at a line twice, and what they do with a line is linear in it. Pure:
// usable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/occurrence.hpp"
#include "ingest/stack_trace.hpp"

namespace rounds::stack {

[[nodiscard]] StackTrace parse_python(std::string_view text);
[[nodiscard]] StackTrace parse_java(std::string_view text);
[[nodiscard]] StackTrace parse_v8(std::string_view text);
[[nodiscard]] StackTrace parse_browser(std::string_view text);  // Firefox and Safari
[[nodiscard]] StackTrace parse_go(std::string_view text);
[[nodiscard]] StackTrace parse_dotnet(std::string_view text);
[[nodiscard]] StackTrace parse_ruby(std::string_view text);
[[nodiscard]] StackTrace parse_php(std::string_view text);
[[nodiscard]] StackTrace parse_rust(std::string_view text);
[[nodiscard]] StackTrace parse_cpp(std::string_view text);
[[nodiscard]] StackTrace parse_swift(std::string_view text);

// Lines of any other text that name a file and a line, as "dir/name.ext:12".
[[nodiscard]] StackTrace parse_other(std::string_view text);

// The part of a path that is the same wherever the program is installed (ingest/stack_trace.hpp).
[[nodiscard]] std::string module_of_path(std::string_view path);

// The last part of a path.
[[nodiscard]] std::string_view file_name_of(std::string_view path);

// Removes the first line from `text` and returns it without its line end (\n or \r\n), cut to
// max_stack_line_bytes.
[[nodiscard]] std::string_view take_line(std::string_view& text);

// Removes `prefix` from the front of `text`, if it stands there.
[[nodiscard]] bool take_prefix(std::string_view& text, std::string_view prefix);

// Removes the decimal digits at the front of `text` and returns them.
[[nodiscard]] std::string_view take_digits(std::string_view& text);

// Removes "0x" and the hex digits behind it from the front of `text`. False if there is no such
// number; `text` is unchanged then.
[[nodiscard]] bool take_address(std::string_view& text);

// Removes ":123" from the end of `text`; nothing, and no change, if there is no such number.
[[nodiscard]] std::optional<std::uint32_t> take_line_from_end(std::string_view& text);

// `text` without the spaces and tabs around it.
[[nodiscard]] std::string_view trim(std::string_view text);

// The number of spaces and tabs at the front of `text`.
[[nodiscard]] std::size_t indent_of(std::string_view text);

// A whole text of decimal digits as a line number; nothing if it is none or does not fit.
[[nodiscard]] std::optional<std::uint32_t> parse_line_number(std::string_view text);

// Where the parenthesis opens that the last character of `text` closes; npos if it closes none.
// Both names and paths may have parentheses, so they are counted.
[[nodiscard]] std::size_t find_opening(std::string_view text);

// Whether `text` could be the name of a class: letters, digits and _ $ . : \ ` < > +, of which the
// first is no digit.
[[nodiscard]] bool is_type_name(std::string_view text);

// The type and message of "Type: message" or "Type". No type if `line` does not begin with a name.
struct ErrorLine {
  std::string_view type;
  std::string_view message;
};
[[nodiscard]] ErrorLine parse_error_line(std::string_view line);

// Adds `frame` unless there are limits::max_frames already: for traces with the newest frame first.
void add_frame(std::vector<StackFrame>& frames, StackFrame frame);

// Appends a cause and returns it; null if there are limits::max_causes already.
[[nodiscard]] ErrorCause* add_cause(StackTrace& trace, const ErrorLine& error);

}  // namespace rounds::stack
