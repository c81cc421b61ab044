// Ruby's Exception#full_message and #backtrace, newest frame first:
//
//   /srv/shop/pay.rb:10:in `charge': card declined (Shop::CardError)
//           from /srv/shop/app.rb:3:in `block in run'
//
// Since 3.4 the method is quoted on both sides and has its class: in 'Shop::Pay#charge'. Causes
// follow in the same form. Terminals of 2.5 to 2.7 print the newest frame last, numbered.
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

struct Line {
  StackFrame frame;
  std::string_view rest;  // behind the function: ": message (Type)"
};

// Reads "path:10:in `function'" from the front of `text`.
std::optional<Line> parse_line(std::string_view text) {
  std::size_t in = text.find(":in `");
  if (in == std::string_view::npos) in = text.find(":in '");
  if (in == std::string_view::npos) return std::nullopt;
  std::string_view path = text.substr(0, in);
  const auto number = take_line_from_end(path);
  if (!number || path.empty()) return std::nullopt;
  std::string_view rest = text.substr(in + 5);
  // The name itself may end in a quote only in names nobody writes.
  const std::size_t quote = rest.find('\'');
  if (quote == std::string_view::npos) return std::nullopt;
  return Line{
      {module_of_path(path), std::string(rest.substr(0, quote)), std::string(path), *number},
      rest.substr(quote + 1)};
}

// Reads ": message (Type)".
ErrorLine parse_error(std::string_view rest) {
  static_cast<void>(take_prefix(rest, ": "));
  if (rest.ends_with(')')) {
    const std::size_t open = rest.rfind(" (");
    if (open != std::string_view::npos) {
      return {rest.substr(open + 2, rest.size() - open - 3), rest.substr(0, open)};
    }
    if (rest.starts_with('(')) return {rest.substr(1, rest.size() - 2), {}};
  }
  return {{}, rest};
}

// The number in front of a frame of a terminal: "\t1: from /srv/...".
void skip_number(std::string_view& content) {
  std::string_view rest = content;
  if (!take_digits(rest).empty() && take_prefix(rest, ": from ")) content = rest;
}

class StackReader {
 public:
  void read_line(std::string_view line) {
    std::string_view content = trim(line);
    if (content.starts_with("Traceback (most recent call last)")) {
      trace_.order = FrameOrder::newest_last;
      return;
    }
    skip_number(content);
    static_cast<void>(take_prefix(content, "from "));
    auto parsed = parse_line(content);
    if (!parsed) return;
    if (parsed->rest.starts_with(": ")) begin_error(parse_error(parsed->rest));
    if (frames_ != nullptr) add_frame(*frames_, std::move(parsed->frame));
  }

  [[nodiscard]] StackTrace take_trace() { return std::move(trace_); }

 private:
  // The first error is the one that was raised last; those that follow are its causes.
  void begin_error(const ErrorLine& error) {
    if (!has_error_) {
      has_error_ = true;
      trace_.error_type = error.type;
      trace_.message = error.message;
      return;
    }
    ErrorCause* cause = add_cause(trace_, error);
    frames_ = cause == nullptr ? nullptr : &cause->frames;
  }

  StackTrace trace_{Language::ruby, FrameOrder::newest_first, {}, {}, {}, {}};
  std::vector<StackFrame>* frames_ = &trace_.frames;  // null: too many causes
  bool has_error_ = false;
};

}  // namespace

StackTrace parse_ruby(std::string_view text) {
  StackReader reader;
  while (!text.empty()) reader.read_line(take_line(text));
  return reader.take_trace();
}

}  // namespace rounds::stack
