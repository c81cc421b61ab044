// .NET's Exception.ToString(): "   at Type.Method(String name) in path:line 5", newest frame first.
// Inner exceptions come first, each behind the message of the one around it:
//
//   Outer: message
//    ---> Inner: message
//      at frames of the inner
//      --- End of inner exception stack trace ---
//      at frames of the outer
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

constexpr std::string_view arrow = "---> ";

// Where the method's name begins in "Acme.Cache`1.Get[T]" or "Acme.Pay..ctor": behind the last dot
// that is not its own first character and does not stand in the brackets of type arguments.
std::size_t method_begin(std::string_view name) {
  const std::string_view plain = name.substr(0, name.find('['));
  const std::size_t dot = plain.rfind('.');
  if (dot == std::string_view::npos) return 0;
  return dot > 0 && plain[dot - 1] == '.' ? dot : dot + 1;
}

// Reads a frame without its leading "at ".
std::optional<StackFrame> parse_frame(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const std::string_view name = text.substr(0, open);
  const std::size_t close = text.find(')', open);
  // A method belongs to a type; V8 prints a space before its parenthesis, Java a place inside it.
  if (close == std::string_view::npos || name.find(' ') != std::string_view::npos ||
      name.find('.') == std::string_view::npos || name.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view parameters = text.substr(open + 1, close - open - 1);
  if (parameters == "Native Method" || parameters == "Unknown Source" ||
      parameters.find(':') != std::string_view::npos || parameters.ends_with(".java") ||
      parameters.starts_with('<')) {
    return std::nullopt;
  }
  const std::size_t method = method_begin(name);
  StackFrame frame;
  frame.function = name.substr(method);
  std::string_view type = name.substr(0, method);
  if (type.ends_with('.')) type.remove_suffix(1);
  frame.module = type;
  const std::size_t in = text.find(" in ", close);
  const std::size_t line = text.rfind(":line ");
  if (in != std::string_view::npos && line != std::string_view::npos && line > in) {
    frame.filename = text.substr(in + 4, line - in - 4);
    frame.line = parse_line_number(text.substr(line + 6)).value_or(0);
  }
  return frame;
}

// "SocketException (111): Connection refused": the code in parentheses is no part of the type.
ErrorLine parse_header(std::string_view line) {
  line = trim(line);
  const std::size_t space = line.find_first_of(" :");
  if (space != std::string_view::npos && line.substr(space).starts_with(" (") &&
      is_type_name(line.substr(0, space))) {
    const std::size_t close = line.find("): ", space);
    if (close != std::string_view::npos) return {line.substr(0, space), line.substr(close + 3)};
  }
  return parse_error_line(line);
}

class StackReader {
 public:
  void read_line(std::string_view line) {
    std::string_view content = trim(line);
    if (done_ || content.empty()) return;
    if (take_prefix(content, "at ")) {
      auto frame = parse_frame(content);
      if (frame) add_to_current(std::move(*frame));
    } else if (content.starts_with("--- End of inner exception stack trace")) {
      if (depth_ > 0) --depth_;
    } else if (content.starts_with("---> (Inner Exception #")) {
      // An AggregateException lists all of its inner ones again, the first included.
      done_ = has_frames_;
      const std::size_t number_end = content.find(") ");
      if (!done_ && number_end != std::string_view::npos) {
        read_errors(content.substr(number_end + 2));
      }
    } else if (take_prefix(content, arrow)) {
      read_errors(content);
    } else if (!has_header_) {
      has_header_ = true;
      read_errors(content);
    }
  }

  [[nodiscard]] StackTrace take_trace() { return std::move(trace_); }

 private:
  // Reads "Outer: message ---> Inner: message".
  void read_errors(std::string_view content) {
    while (true) {
      const std::size_t next = content.find(" ---> ");
      add_error(parse_header(content.substr(0, next)));
      if (next == std::string_view::npos) return;
      content.remove_prefix(next + 1 + arrow.size());
    }
  }

  void add_error(const ErrorLine& error) {
    if (!has_error_) {
      has_error_ = true;
      trace_.error_type = error.type;
      trace_.message = error.message;
      return;
    }
    has_header_ = true;
    ++depth_;
    static_cast<void>(add_cause(trace_, error));
  }

  // `depth_` is the number of the cause whose frames these are; 0 is the error itself.
  void add_to_current(StackFrame frame) {
    has_frames_ = true;
    if (depth_ == 0) {
      add_frame(trace_.frames, std::move(frame));
    } else if (depth_ <= trace_.causes.size()) {
      add_frame(trace_.causes[depth_ - 1].frames, std::move(frame));
    }
  }

  StackTrace trace_{Language::dotnet, FrameOrder::newest_first, {}, {}, {}, {}};
  std::size_t depth_ = 0;
  bool has_header_ = false;
  bool has_error_ = false;
  bool has_frames_ = false;
  bool done_ = false;
};

}  // namespace

StackTrace parse_dotnet(std::string_view text) {
  StackReader reader;
  while (!text.empty()) reader.read_line(take_line(text));
  return reader.take_trace();
}

}  // namespace rounds::stack
