// Stack traces of languages without a parser: lines that name a file and a line. The rest of such
// a line stands for the function, since that is where languages print it.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

// Ends a path on its left: "(lib/cart.ex:12" and "\"lib/cart.ex:12".
bool is_path_end(char c) {
  return c == ' ' || c == '\t' || c == '(' || c == '"' || c == '\'' || c == '[' || c == ',';
}

// Whether "name.ext" stands before `end`: one to six letters behind a dot behind a word.
bool has_extension(std::string_view path) {
  constexpr std::size_t max_extension = 6;
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || !is_word(path[dot - 1])) return false;
  const std::string_view extension = path.substr(dot + 1);
  return !extension.empty() && extension.size() <= max_extension &&
         std::ranges::all_of(extension, [](char c) { return is_word(c) && c != '-'; }) &&
         !is_digit(extension.front());
}

// Reads the first "path/name.ext:12" of a line.
std::optional<StackFrame> parse_frame(std::string_view line) {
  std::size_t path_begin = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_path_end(line[i])) path_begin = i + 1;
    if (line[i] != ':' || i + 1 == line.size() || !is_digit(line[i + 1])) continue;
    const std::string_view path = line.substr(path_begin, i - path_begin);
    if (!has_extension(path)) {
      path_begin = i + 1;  // looked at once only
      continue;
    }
    std::string_view rest = line.substr(i + 1);
    const auto number = parse_line_number(take_digits(rest));
    if (!number) return std::nullopt;
    while (rest.size() > 1 && rest[0] == ':' && is_digit(rest[1])) {
      rest.remove_prefix(1);
      static_cast<void>(take_digits(rest));
    }
    std::string function(trim(line.substr(0, path_begin)));
    function += trim(rest);
    return StackFrame{module_of_path(path), std::move(function), std::string(path), *number};
  }
  return std::nullopt;
}

}  // namespace

StackTrace parse_other(std::string_view text) {
  StackTrace trace{Language::unknown, FrameOrder::newest_first, {}, {}, {}, {}};
  const ErrorLine error = parse_error_line(take_line(text));
  trace.error_type = error.type;
  trace.message = error.message;
  while (!text.empty() && trace.frames.size() < limits::max_frames) {
    const std::string_view line = take_line(text);
    // What a message quotes is seldom indented; frames nearly always are.
    if (indent_of(line) == 0) continue;
    if (auto frame = parse_frame(line)) trace.frames.push_back(std::move(*frame));
  }
  return trace;
}

}  // namespace rounds::stack
