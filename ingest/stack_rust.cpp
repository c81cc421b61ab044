// Rust's backtraces, newest frame first: of a panic with RUST_BACKTRACE=1, of anyhow, and of
// std::backtrace.
//
//   thread 'main' panicked at src/pay.rs:12:9:
//   no card
//   stack backtrace:
//      0: rust_begin_unwind
//                at /rustc/90c5.../library/std/src/panicking.rs:578:5
//      1: shop::pay::charge
//                at ./src/pay.rs:12:9
//
// With RUST_BACKTRACE=full an address stands before the name and a hash behind it.
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

// Reads "   1: shop::pay::charge".
std::optional<StackFrame> parse_frame(std::string_view line) {
  if (!line.starts_with(' ')) return std::nullopt;
  std::string_view content = trim(line);
  if (take_digits(content).empty() || !take_prefix(content, ": ")) return std::nullopt;
  content = trim(content);
  if (take_address(content)) {
    content = trim(content);
    if (!take_prefix(content, "- ")) return std::nullopt;
  }
  if (content.empty() || content.starts_with("from ")) return std::nullopt;
  return StackFrame{"", std::string(content), "", 0};
}

// Reads "             at ./src/pay.rs:12:9" into the frame before.
bool read_place(std::string_view line, StackFrame& frame) {
  std::string_view content = trim(line);
  if (!take_prefix(content, "at ")) return false;
  const auto last = take_line_from_end(content);
  // Without debug information of columns, the only number is the line.
  const auto before = take_line_from_end(content);
  if (!last) return false;
  frame.filename = content;
  frame.line = before.value_or(*last);
  return true;
}

class StackReader {
 public:
  void read_line(std::string_view line) {
    const std::string_view content = trim(line);
    if (content == "stack backtrace:" || content == "Stack backtrace:") {
      in_backtrace_ = true;
    } else if (!trace_.frames.empty() && read_place(line, trace_.frames.back())) {
      return;
    } else if (!in_backtrace_ && content == "Caused by:") {
      in_causes_ = true;
    } else if (!in_backtrace_ && in_causes_) {
      read_cause(content);
    } else if (auto frame = parse_frame(line)) {
      if (!over_) add_frame(trace_.frames, std::move(*frame));
    } else if (!trace_.frames.empty()) {
      over_ = true;
    } else if (!in_backtrace_) {
      read_header(content);
    }
  }

  [[nodiscard]] StackTrace take_trace() { return std::move(trace_); }

 private:
  // "thread 'main' panicked at src/pay.rs:12:9:" and the message in the next line; before 1.73 the
  // message stood in quotes on the first. anyhow prints "Error: message".
  void read_header(std::string_view content) {
    if (content.empty() || !trace_.message.empty()) return;
    const std::size_t panicked = content.find(" panicked at ");
    if (panicked != std::string_view::npos) {
      trace_.error_type = "panic";
      std::string_view rest = content.substr(panicked + 13);
      const std::size_t quote = rest.rfind("', ");
      if (rest.starts_with('\'') && quote != std::string_view::npos && quote > 0) {
        trace_.message = rest.substr(1, quote - 1);
      }
      return;
    }
    static_cast<void>(take_prefix(content, "Error: "));
    trace_.message = content;
  }

  // "    0: connection refused", or without the number if there is one only.
  void read_cause(std::string_view content) {
    if (content.empty()) return;
    std::string_view rest = content;
    if (!take_digits(rest).empty() && take_prefix(rest, ": ")) content = trim(rest);
    static_cast<void>(add_cause(trace_, {{}, content}));
  }

  StackTrace trace_{Language::rust, FrameOrder::newest_first, {}, {}, {}, {}};
  bool in_backtrace_ = false;
  bool in_causes_ = false;
  bool over_ = false;
};

}  // namespace

StackTrace parse_rust(std::string_view text) {
  StackReader reader;
  while (!text.empty()) reader.read_line(take_line(text));
  return reader.take_trace();
}

}  // namespace rounds::stack
