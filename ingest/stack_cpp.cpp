// Stack traces of C and C++, newest frame first, as printed by
//   glibc's backtrace_symbols()   ./shop(_ZN4shop6chargeEi+0x1f) [0x55d0c1a2b3c4]
//   gdb                           #1  0x000055d0 in shop::charge (id=5) at src/pay.cpp:12
//   sanitizers                    #1 0x55d0 in shop::charge(int) /srv/src/pay.cpp:12:5
//   Boost.Stacktrace, C++23        1# shop::charge(int) at /srv/src/pay.cpp:12
//   glog and abseil               @     0x55d0c1a2  shop::charge()
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

// Reads "file:12" or "file:12:5"; without numbers the file is an image.
Place parse_place(std::string_view text) {
  const auto last = take_line_from_end(text);
  const auto before = take_line_from_end(text);
  return {text, before ? *before : last.value_or(0)};
}

StackFrame make_frame(std::string_view function, std::string_view image, const Place& place) {
  return {std::string(file_name_of(image)), std::string(trim(function)), std::string(place.file),
          place.line};
}

// "./shop(_ZN4shop6chargeEi+0x1f) [0x55d0]" and "/lib/libc.so.6(+0x29d90) [0x7f]".
std::optional<StackFrame> parse_glibc(std::string_view line) {
  if (!line.ends_with(']')) return std::nullopt;
  const std::size_t address = line.rfind("[0x");
  if (address == std::string_view::npos) return std::nullopt;
  line = trim(line.substr(0, address));  // backtrace_symbols_fd() prints no space
  if (!line.ends_with(')')) return std::nullopt;
  const std::size_t open = find_opening(line);
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const std::string_view symbol = line.substr(open + 1, line.size() - open - 2);
  const std::size_t offset = symbol.rfind('+');
  if (offset == std::string_view::npos) return std::nullopt;
  return make_frame(symbol.substr(0, offset), line.substr(0, open), {});
}

// What stands behind "in " of gdb: "shop::charge (id=5) at src/pay.cpp:12", "main () from lib.so".
std::optional<StackFrame> parse_gdb_call(std::string_view text) {
  Place place;
  std::string_view image;
  std::string_view call = text;
  const std::size_t at = text.rfind(") at ");
  const std::size_t from = text.rfind(") from ");
  if (at != std::string_view::npos) {
    place = parse_place(text.substr(at + 5));
    call = text.substr(0, at + 1);
  } else if (from != std::string_view::npos) {
    image = text.substr(from + 7);
    call = text.substr(0, from + 1);
  }
  if (!call.ends_with(')')) return std::nullopt;
  const std::size_t open = find_opening(call);
  if (open == std::string_view::npos || open < 2 || call[open - 1] != ' ') return std::nullopt;
  return make_frame(call.substr(0, open - 1), image, place);
}

// What stands behind "in " of a sanitizer: "shop::charge(int) /srv/src/pay.cpp:12:5",
// "__libc_start_main (/lib/libc.so.6+0x29d90) (BuildId: 1f2e)".
StackFrame parse_sanitizer_call(std::string_view text) {
  const std::size_t build = text.find(" (BuildId: ");
  text = text.substr(0, build);
  if (text.ends_with(')')) {
    const std::size_t open = text.rfind(" (");
    const std::size_t offset = text.rfind("+0x");
    if (open != std::string_view::npos && offset != std::string_view::npos && offset > open) {
      return make_frame(text.substr(0, open), text.substr(open + 2, offset - open - 2), {});
    }
  }
  // The place is the last word, if it names a line.
  const std::size_t space = text.rfind(' ');
  if (space == std::string_view::npos) return make_frame(text, {}, {});
  const Place place = parse_place(text.substr(space + 1));
  if (place.line == 0) return make_frame(text, {}, {});
  return make_frame(text.substr(0, space), {}, place);
}

// "#1 ..." of gdb and the sanitizers.
std::optional<StackFrame> parse_numbered(std::string_view text) {
  if (take_digits(text).empty() || !text.starts_with(' ')) return std::nullopt;
  text = trim(text);
  const bool has_address = take_address(text);
  if (!has_address) return parse_gdb_call(text);
  text = trim(text);
  if (!take_prefix(text, "in ")) {
    // "#3 0x7f2a (/lib/libc.so.6+0x29d90)": an image without symbols.
    const std::size_t offset = text.find("+0x");
    if (!text.starts_with('(') || offset == std::string_view::npos) return std::nullopt;
    return make_frame({}, text.substr(1, offset - 1), {});
  }
  // Only the sanitizers print an offset in an image.
  auto frame = text.find("+0x") == std::string_view::npos ? parse_gdb_call(text) : std::nullopt;
  return frame ? std::move(frame) : parse_sanitizer_call(text);
}

// "1# shop::charge(int) at /srv/src/pay.cpp:12", "... in ./shop", "... [0x55d0]".
std::optional<StackFrame> parse_boost(std::string_view text) {
  if (take_digits(text).empty() || !take_prefix(text, "# ")) return std::nullopt;
  text = trim(text);
  if (text.ends_with(']')) {
    const std::size_t address = text.rfind(" [0x");
    if (address != std::string_view::npos) text = trim(text.substr(0, address));
  }
  const std::size_t at = text.rfind(" at ");
  if (at != std::string_view::npos) {
    std::string_view call = text.substr(0, at);
    // Code in a shared library has both: "f() at f.cpp:3 in libf.so".
    Place place = parse_place(text.substr(at + 4, text.find(" in ", at + 4) - at - 4));
    return make_frame(call, {}, place);
  }
  const std::size_t in = text.rfind(" in ");
  if (in != std::string_view::npos) {
    std::string_view function = text.substr(0, in);
    if (take_address(function)) function = {};
    return make_frame(function, text.substr(in + 4), {});
  }
  return take_address(text) ? std::optional<StackFrame>() : make_frame(text, {}, {});
}

// "@     0x55d0c1a2  shop::charge()".
std::optional<StackFrame> parse_glog(std::string_view text) {
  text = trim(text);
  if (!take_address(text) || !text.starts_with(' ')) return std::nullopt;
  const std::string_view function = trim(text);
  if (function.empty() || function == "(unknown)") return std::nullopt;
  return make_frame(function, {}, {});
}

std::optional<StackFrame> parse_frame(std::string_view line) {
  line = trim(line);
  if (line.empty()) return std::nullopt;
  if (take_prefix(line, "#")) return parse_numbered(line);
  if (take_prefix(line, "@ ")) return parse_glog(line);
  if (line.front() >= '0' && line.front() <= '9') {
    if (auto frame = parse_boost(line)) return frame;
  }
  return parse_glibc(line);
}

// "terminate called after throwing an instance of 'std::runtime_error'", "  what():  no card",
// "==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x...".
void read_header(std::string_view line, StackTrace& trace) {
  constexpr std::string_view terminate = "terminate called after throwing an instance of '";
  constexpr std::string_view sanitizer = "Sanitizer: ";
  line = trim(line);
  if (take_prefix(line, terminate)) {
    trace.error_type = line.substr(0, line.rfind('\''));
  } else if (take_prefix(line, "what(): ")) {
    trace.message = trim(line);
  } else if (const std::size_t found = line.find(sanitizer);
             found != std::string_view::npos && line.find("ERROR: ") < found) {
    const std::string_view what = line.substr(found + sanitizer.size());
    trace.error_type = what.substr(0, what.find(' '));
    trace.message = what;
  }
}

}  // namespace

StackTrace parse_cpp(std::string_view text) {
  StackTrace trace{Language::cpp, FrameOrder::newest_first, {}, {}, {}, {}};
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    auto frame = parse_frame(line);
    if (frame) {
      add_frame(trace.frames, std::move(*frame));
    } else if (trace.frames.empty()) {
      read_header(line, trace);
    } else if (trim(line).empty() || !line.starts_with(' ')) {
      // gdb prints local variables and source lines in between; other stacks follow a blank line.
      break;
    }
  }
  return trace;
}

}  // namespace rounds::stack
