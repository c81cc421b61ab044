#include <algorithm>
#include <optional>
#include <string>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

struct Location {
  std::string_view file;  // empty: code without a file
  std::uint32_t line = 0;
};

// Removes ":123" from the end of `text`.
std::optional<std::uint32_t> take_number_from_end(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = parse_line_number(text.substr(colon + 1));
  if (number) text.remove_suffix(text.size() - colon);
  return number;
}

// Reads "file:line:column".
std::optional<Location> parse_file_location(std::string_view text) {
  const auto column = take_number_from_end(text);
  const auto line = take_number_from_end(text);
  if (!column || !line || text.empty()) return std::nullopt;
  return Location{text, *line};
}

// The place of the outermost eval() in "eval at f (eval at g (file:1:2), <anonymous>:3:4),
// <anonymous>:5:6", which stands innermost: the only part of it that is a file.
Location parse_eval_origin(std::string_view text) {
  while (text.starts_with("eval at ")) {
    const std::size_t open = text.find(" (");
    if (open == std::string_view::npos) return {};
    text.remove_prefix(open + 2);
  }
  return parse_file_location(text.substr(0, text.find("), <anonymous>"))).value_or(Location{});
}

// Reads what stands in the parentheses behind a function's name.
std::optional<Location> parse_location(std::string_view text) {
  if (text == "<anonymous>" || text == "native" || text == "unknown location" ||
      text.starts_with("index ") || text.starts_with("wasm://")) {
    return Location{};
  }
  if (text.starts_with("eval at ")) return parse_eval_origin(text);
  return parse_file_location(text);
}

// Where the parenthesis opens that the last character of `text` closes. Both names and paths may
// have parentheses, so they are counted.
std::size_t find_opening(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    if (text[i] == ')') ++depth;
    if (text[i] == '(' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// "Object.f [as g]" is f, called through the property g.
std::string_view without_alias(std::string_view function) {
  const std::size_t alias = function.rfind(" [as ");
  return function.ends_with(']') && alias != std::string_view::npos ? function.substr(0, alias)
                                                                    : function;
}

std::string_view without_query(std::string_view path) {
  static_cast<void>(take_prefix(path, "file://"));
  return path.substr(0, path.find_first_of("?#"));
}

StackFrame make_frame(std::string_view function, const Location& location) {
  const std::string_view path = without_query(location.file);
  return {module_of_path(path), std::string(function), std::string(path), location.line};
}

// Reads a frame without its leading "at ".
std::optional<StackFrame> parse_frame(std::string_view text) {
  // Whether a function waited says nothing about which one it is.
  static_cast<void>(take_prefix(text, "async "));
  if (text.ends_with(')')) {
    const std::size_t open = find_opening(text);
    if (open != std::string_view::npos && open >= 2 && text[open - 1] == ' ') {
      const auto location = parse_location(text.substr(open + 1, text.size() - open - 2));
      if (!location) return std::nullopt;
      return make_frame(without_alias(text.substr(0, open - 1)), *location);
    }
  }
  if (text == "<anonymous>") return make_frame({}, {});
  const auto location = parse_file_location(text);
  if (!location) return std::nullopt;
  return make_frame({}, *location);
}

}  // namespace

std::vector<StackFrame> parse_v8(std::string_view text) {
  std::vector<StackFrame> frames;
  while (!text.empty() && frames.size() < limits::max_frames) {
    std::string_view line = take_line(text);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const bool marked = take_prefix(line, "at ");
    // Node's inspect() prints the properties of an error behind its last frame: "at f (x:1:2) {".
    const bool last = line.ends_with(" {");
    if (last) line.remove_suffix(2);
    auto frame = marked ? parse_frame(line) : std::nullopt;
    if (frame) frames.push_back(std::move(*frame));
    // The message stands before the first frame, and causes may follow after the last.
    if (!frames.empty() && (!marked || last)) break;
  }
  return frames;
}

}  // namespace rounds::stack
