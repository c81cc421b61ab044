#include <array>
#include <cstddef>
#include <string>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "ingest/stack_trace.hpp"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/properties.hpp"

namespace rounds::test {
namespace {

constexpr std::array all_languages{
    Language::python, Language::java, Language::javascript, Language::go,  Language::dotnet,
    Language::ruby,   Language::php,  Language::rust,       Language::cpp, Language::swift};

constexpr std::size_t long_text_bytes = 64 * 1024;

struct Size {
  std::size_t frames = 0;
  std::size_t bytes = 0;
};

class Checker {
 public:
  explicit Checker(std::string_view text) : text_is_clean_(is_clean(text)) {}

  // What is in `trace`, after a check of each part.
  Size measure(const StackTrace& trace) {
    size_ = {};
    check_text(trace.error_type);
    check_text(trace.message);
    check_frames(trace.frames);
    ROUNDS_CHECK(trace.causes.size() <= limits::max_causes, "causes are limited");
    for (const ErrorCause& cause : trace.causes) {
      check_text(cause.error_type);
      check_text(cause.message);
      check_frames(cause.frames);
    }
    return size_;
  }

 private:
  void check_text(const std::string& text) {
    ROUNDS_CHECK(text.size() <= max_stack_line_bytes, "no text is longer than a line");
    ROUNDS_CHECK(!text_is_clean_ || is_clean(text), "no character is cut in two");
    size_.bytes += text.size();
  }

  void check_frames(const std::vector<StackFrame>& frames) {
    ROUNDS_CHECK(frames.size() <= limits::max_frames, "frames are limited");
    size_.frames += frames.size();
    for (const StackFrame& frame : frames) {
      check_text(frame.module);
      check_text(frame.function);
      check_text(frame.filename);
    }
  }

  bool text_is_clean_;
  Size size_;
};

void check(std::string_view text) {
  // Module, function and file of a frame may each be made of one and the same line.
  const std::size_t most_bytes = 4 * text.size();
  Checker checker(text);
  const Size guessed = checker.measure(parse_stack_trace(text, ""));
  ROUNDS_CHECK(guessed.bytes <= most_bytes, "a trace takes no more memory than its text");
  for (const Language language : all_languages) {
    const StackTrace trace = parse_stack_trace(text, to_string(language));
    const Size size = checker.measure(trace);
    ROUNDS_CHECK(trace.language == language, "a known language is kept");
    ROUNDS_CHECK(size.frames <= guessed.frames, "a guess finds as much as any language");
    ROUNDS_CHECK(size.bytes <= most_bytes, "a trace takes no more memory than its text");
  }
}

}  // namespace

void fuzz_stack_trace(std::string_view input) {
  check(input);
  if (is_chosen(input)) check(repeat(input, long_text_bytes));
}

}  // namespace rounds::test
