// Stack traces of Swift, newest frame first: Apple's crash reports and Thread.callStackSymbols
// ("1   Shop   0x0000000100003f30 Cart.charge(_:) + 52 (Cart.swift:12)"), and the runtime's own
// backtraces since 5.9 ("1 [ra] 0x00005581 Cart.charge(_:) + 52 in shop at /srv/Cart.swift:12:9").
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

// Removes " + 52" and what follows from `text` and returns what followed.
std::string_view take_offset(std::string_view& text) {
  const std::size_t plus = text.rfind(" + ");
  if (plus == std::string_view::npos) return {};
  std::string_view rest = text.substr(plus + 3);
  if (take_digits(rest).empty()) return {};
  text = text.substr(0, plus);
  return rest;
}

void read_place(std::string_view place, StackFrame& frame) {
  const auto last = take_line_from_end(place);
  const auto before = take_line_from_end(place);
  if (!last) return;
  frame.filename = place;
  frame.line = before.value_or(*last);
}

// Behind the number: "Shop   0x0000000100003f30 Cart.charge(_:) + 52 (Cart.swift:12)".
std::optional<StackFrame> parse_report(std::string_view text) {
  const std::size_t address = text.find(" 0x");
  if (address == std::string_view::npos) return std::nullopt;
  StackFrame frame;
  frame.module = trim(text.substr(0, address));
  text.remove_prefix(address + 1);
  if (!take_address(text) || !text.starts_with(' ') || frame.module.empty()) return std::nullopt;
  text = trim(text);
  std::string_view rest = take_offset(text);
  if (rest.data() == nullptr) return std::nullopt;
  rest = trim(rest);
  if (rest.starts_with('(') && rest.ends_with(')')) {
    read_place(rest.substr(1, rest.size() - 2), frame);
  }
  // Without symbols the image's own address stands in place of the function.
  if (!take_address(text)) frame.function = text;
  return frame;
}

// Behind the number: "[ra] 0x00005581 Cart.charge(_:) + 52 in shop at /srv/Cart.swift:12:9".
std::optional<StackFrame> parse_runtime(std::string_view text) {
  while (text.starts_with('[')) {
    const std::size_t close = text.find("] ");
    if (close == std::string_view::npos) return std::nullopt;
    text = trim(text.substr(close + 2));
  }
  if (take_address(text)) text = trim(text);
  const std::size_t in = text.rfind(" in ");
  if (in == std::string_view::npos) return std::nullopt;
  std::string_view image = text.substr(in + 4);
  std::string_view function = text.substr(0, in);
  static_cast<void>(take_offset(function));
  StackFrame frame;
  const std::size_t at = image.find(" at ");
  if (at != std::string_view::npos) {
    read_place(image.substr(at + 4), frame);
    image = image.substr(0, at);
  }
  frame.module = image;
  frame.function = function;
  return frame;
}

std::optional<StackFrame> parse_frame(std::string_view line) {
  line = trim(line);
  if (take_digits(line).empty() || !(line.starts_with(' ') || line.starts_with('\t'))) {
    return std::nullopt;
  }
  line = trim(line);
  if (line.starts_with('[') || line.starts_with("0x")) return parse_runtime(line);
  return parse_report(line);
}

// "Fatal error: Index out of range: file Swift/ContiguousArrayBuffer.swift, line 600", with the
// place of the file before it or not.
void read_header(std::string_view line, StackTrace& trace) {
  constexpr std::string_view mark = "Fatal error: ";
  const std::size_t found = line.find(mark);
  if (found == std::string_view::npos) return;
  trace.error_type = "Fatal error";
  trace.message = line.substr(found + mark.size());
}

}  // namespace

StackTrace parse_swift(std::string_view text) {
  StackTrace trace{Language::swift, FrameOrder::newest_first, {}, {}, {}, {}};
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    auto frame = parse_frame(line);
    if (frame) {
      add_frame(trace.frames, std::move(*frame));
    } else if (trace.frames.empty()) {
      read_header(line, trace);
    } else if (line.starts_with("Thread ")) {
      break;
    }
  }
  return trace;
}

}  // namespace rounds::stack
