// V8's error.stack: "    at function (file:line:column)", newest frame first; with the causes that
// Node's inspect() prints behind it.
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

struct Location {
  std::string_view file;  // empty: code without a file
  std::uint32_t line = 0;
};

// Reads "file:line:column".
std::optional<Location> parse_file_location(std::string_view text) {
  const auto column = take_line_from_end(text);
  const auto line = take_line_from_end(text);
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

// "TypeError [ERR_CODE]: message" and "Uncaught TypeError: message" name the class as well.
ErrorLine parse_header(std::string_view line) {
  static_cast<void>(take_prefix(line, "Uncaught "));
  const std::size_t code = line.find(" [");
  const std::size_t code_end = line.find("]: ");
  if (code != std::string_view::npos && code_end != std::string_view::npos && code < code_end &&
      is_type_name(line.substr(0, code))) {
    return {line.substr(0, code_end + 1), line.substr(code_end + 3)};
  }
  return parse_error_line(line);
}

class StackReader {
 public:
  // False when nothing of interest follows.
  void read_line(std::string_view line) {
    line.remove_prefix(indent_of(line));
    const bool marked = take_prefix(line, "at ");
    if (!marked && read_cause(line)) return;
    if (frames_ == nullptr) return;
    // Node's inspect() prints the properties of an error behind its last frame: "at f (x:1:2) {".
    const bool last = line.ends_with(" {");
    if (last) line.remove_suffix(2);
    auto frame = marked ? parse_frame(line) : std::nullopt;
    if (frame) add_frame(*frames_, std::move(*frame));
    // The message stands before the first frame, and causes may follow after the last.
    if (!frames_->empty() && (!marked || last)) frames_ = nullptr;
  }

  [[nodiscard]] StackTrace& trace() { return trace_; }

 private:
  // "[cause]: Error: x" of inspect(), "caused by: Error: x" of libraries; only behind the frames of
  // the error itself, whose message may say the same.
  bool read_cause(std::string_view line) {
    if (trace_.frames.empty()) return false;
    if (!take_prefix(line, "[cause]: ") && !take_prefix(line, "caused by: ") &&
        !take_prefix(line, "Caused by: ") && !take_prefix(line, "Caused by ")) {
      return false;
    }
    ErrorCause* cause = add_cause(trace_, parse_header(line));
    frames_ = cause == nullptr ? nullptr : &cause->frames;
    return true;
  }

  StackTrace trace_{Language::javascript, FrameOrder::newest_first, {}, {}, {}, {}};
  std::vector<StackFrame>* frames_ = &trace_.frames;  // null: the frames of this error are over
};

}  // namespace

StackTrace parse_v8(std::string_view text) {
  StackReader reader;
  if (!text.starts_with(" ") && !text.starts_with("at ")) {
    const ErrorLine header = parse_header(take_line(text));
    reader.trace().error_type = header.type;
    reader.trace().message = header.message;
  }
  while (!text.empty()) reader.read_line(take_line(text));
  return std::move(reader.trace());
}

}  // namespace rounds::stack
