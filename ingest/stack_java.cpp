// Java's printStackTrace(): "\tat package.Class.method(File.java:line)", newest frame first, with
// "Caused by:" and "Suppressed:" blocks. Kotlin and Scala print the same; so does the exporter of
// OpenTelemetry for PHP.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

struct Place {
  std::string_view file;
  std::uint32_t line = 0;
};

// Reads what stands in the parentheses: "Pay.java:10", "Pay.java", "Native Method", ...
std::optional<Place> parse_place(std::string_view text) {
  if (text == "Native Method" || text == "Unknown Source") return Place{};
  if (text.find_first_of(" ,()") != std::string_view::npos || text.empty()) return std::nullopt;
  if (text.front() == '<') return Place{};  // "<generated>", "<unknown>"
  // R8 prints "r8-map-id-...:12" and "SourceFile:12": a name is enough if a line follows.
  if (const auto line = take_line_from_end(text)) return Place{text, *line};
  return text.find('.') == std::string_view::npos ? std::nullopt : std::optional(Place{text, 0});
}

// "java.base/java.lang.Thread.run" to "java.lang.Thread.run". The slash of a hidden class
// ("Pay$$Lambda$14/0x0000000800066840.run") stays: a number follows it.
std::string_view without_module(std::string_view name) {
  std::size_t slash = name.rfind('/');
  const bool hidden = slash != std::string_view::npos && slash + 1 < name.size() &&
                      name[slash + 1] >= '0' && name[slash + 1] <= '9';
  if (hidden) slash = name.substr(0, slash).rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

// Reads a frame without its leading "at ".
std::optional<StackFrame> parse_frame(std::string_view text) {
  // Logback adds where the class came from: "at ... ~[shop.jar:1.2]".
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const std::size_t close = text.find(')', open);
  if (close == std::string_view::npos) return std::nullopt;
  const auto place = parse_place(text.substr(open + 1, close - open - 1));
  const std::string_view name = without_module(text.substr(0, open));
  if (!place || name.find(' ') != std::string_view::npos) return std::nullopt;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos && name != "{main}") return std::nullopt;
  const bool has_class = dot != std::string_view::npos;
  return StackFrame{std::string(has_class ? name.substr(0, dot) : std::string_view()),
                    std::string(has_class ? name.substr(dot + 1) : name), std::string(place->file),
                    place->line};
}

class StackReader {
 public:
  void read_line(std::string_view line) {
    const std::size_t indent = indent_of(line);
    std::string_view content = line.substr(indent);
    if (content.empty()) return;
    if (suppressed_indent_ && indent >= *suppressed_indent_) return;
    suppressed_indent_.reset();
    if (take_prefix(content, "at ")) {
      auto frame = parse_frame(content);
      if (frame && frames_ != nullptr) add_frame(*frames_, std::move(*frame));
    } else if (take_prefix(content, "Caused by: ")) {
      begin_cause(content);
    } else if (content.starts_with("Suppressed: ")) {
      suppressed_indent_ = indent;
    } else if (!has_header_) {
      read_header(content);
    }
  }

  [[nodiscard]] StackTrace take_trace() { return std::move(trace_); }

 private:
  void read_header(std::string_view content) {
    has_header_ = true;
    if (take_prefix(content, "Exception in thread \"")) {
      const std::size_t quote = content.find("\" ");
      if (quote != std::string_view::npos) content.remove_prefix(quote + 2);
    }
    const ErrorLine error = parse_error_line(content);
    trace_.error_type = error.type;
    trace_.message = error.message;
  }

  void begin_cause(std::string_view content) {
    has_header_ = true;
    ErrorCause* cause = add_cause(trace_, parse_error_line(content));
    frames_ = cause == nullptr ? nullptr : &cause->frames;
  }

  StackTrace trace_{Language::java, FrameOrder::newest_first, {}, {}, {}, {}};
  std::vector<StackFrame>* frames_ = &trace_.frames;  // null: too many causes
  bool has_header_ = false;
  std::optional<std::size_t> suppressed_indent_;
};

}  // namespace

StackTrace parse_java(std::string_view text) {
  StackReader reader;
  while (!text.empty()) reader.read_line(take_line(text));
  return reader.take_trace();
}

}  // namespace rounds::stack
