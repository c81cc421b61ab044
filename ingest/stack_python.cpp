// Python's traceback.format_exc(): "  File "path", line N, in function", newest frame last.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

// Reads `File "path", line 3, in function`. A SyntaxError's place has no function and is no frame.
std::optional<StackFrame> parse_frame(std::string_view text) {
  constexpr std::string_view line_mark = "\", line ";
  constexpr std::string_view function_mark = ", in ";
  if (!take_prefix(text, "File \"")) return std::nullopt;
  const std::size_t path_end = text.find(line_mark);
  if (path_end == std::string_view::npos) return std::nullopt;
  const std::string_view path = text.substr(0, path_end);
  text.remove_prefix(path_end + line_mark.size());
  const std::size_t number_end = text.find(function_mark);
  if (number_end == std::string_view::npos) return std::nullopt;
  const auto line = parse_line_number(text.substr(0, number_end));
  if (!line) return std::nullopt;
  return StackFrame{module_of_path(path),
                    std::string(text.substr(number_end + function_mark.size())), std::string(path),
                    *line};
}

// Drops all but the newest frames, which stand last.
void keep_newest(std::vector<StackFrame>& frames) {
  if (frames.size() <= limits::max_frames) return;
  const auto surplus = static_cast<std::ptrdiff_t>(frames.size() - limits::max_frames);
  frames.erase(frames.begin(), frames.begin() + surplus);
}

// Follows a text line by line. Python links several tracebacks by a sentence; the last of them is
// that of the exception that was raised last, and the ones before it are its causes. A traceback
// that follows without such a sentence is quoted in a message. Exception groups draw a margin of
// bars:
//
//   + Exception Group Traceback (most recent call last):
//   |   File "a.py", line 1, in f
//   | ExceptionGroup: two of them (2 sub-exceptions)
//   +-+---------------- 1 ----------------
//     | Traceback (most recent call last):        <- of a sub-exception: not counted
class TracebackReader {
 public:
  void read_line(std::string_view line) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view content = line.substr(indent);
    if (is_link(content)) {
      expects_header_ = true;
    } else if (expects_header_ && is_header(content)) {
      begin_traceback(indent, content.starts_with('+'));
    } else if (inside_) {
      read_inside(line, indent);
    }
  }

  [[nodiscard]] StackTrace take_trace() {
    keep_newest(current_.frames);
    StackTrace trace{Language::python, FrameOrder::newest_last, {}, {}, {}, {}};
    trace.error_type = std::move(current_.error_type);
    trace.message = std::move(current_.message);
    trace.frames = std::move(current_.frames);
    std::ranges::reverse(causes_);
    trace.causes = std::move(causes_);
    return trace;
  }

 private:
  static bool is_link(std::string_view content) {
    return content == "During handling of the above exception, another exception occurred:" ||
           content == "The above exception was the direct cause of the following exception:";
  }

  static bool is_header(std::string_view content) {
    return content.starts_with("Traceback (most recent call last):") ||
           content.starts_with("+ Exception Group Traceback (most recent call last):");
  }

  void begin_traceback(std::size_t indent, bool is_group) {
    expects_header_ = false;
    inside_ = true;
    if (!current_.frames.empty() || !current_.error_type.empty()) keep_cause();
    current_ = {};
    margin_ = std::string(indent, ' ') + (is_group ? "| " : "");
  }

  // The nearest causes are the ones printed last, so the oldest go first.
  void keep_cause() {
    keep_newest(current_.frames);
    if (causes_.size() == limits::max_causes) causes_.erase(causes_.begin());
    causes_.push_back(std::move(current_));
  }

  // Frames stand two columns to the right of the header, source code four.
  void read_inside(std::string_view line, std::size_t indent) {
    const bool in_margin = take_prefix(line, margin_);
    if (!in_margin || !take_prefix(line, "  ")) {
      // Blank lines occur within; the exception itself ends the frames.
      if (indent >= line.size()) return;
      inside_ = false;
      if (!in_margin) return;
      const ErrorLine error = parse_error_line(line);
      current_.error_type = error.type;
      current_.message = error.message;
      return;
    }
    auto frame = parse_frame(line);
    if (!frame) return;
    current_.frames.push_back(std::move(*frame));
    // Twice as many are kept meanwhile, so that dropping the oldest stays linear.
    if (current_.frames.size() >= 2 * limits::max_frames) keep_newest(current_.frames);
  }

  bool expects_header_ = true;
  bool inside_ = false;
  std::string margin_;  // what stands before every line of the current traceback
  ErrorCause current_;
  std::vector<ErrorCause> causes_;  // the nearest last
};

}  // namespace

StackTrace parse_python(std::string_view text) {
  TracebackReader reader;
  while (!text.empty()) reader.read_line(take_line(text));
  return reader.take_trace();
}

}  // namespace rounds::stack
