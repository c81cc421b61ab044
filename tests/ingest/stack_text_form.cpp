#include "tests/ingest/stack_text_form.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "core/check.hpp"

namespace rounds::test {
namespace {

std::string to_text(const std::vector<StackFrame>& frames) {
  std::string text;
  for (const StackFrame& frame : frames) {
    text += fmt::format("  {} | {} | {}:{}\n", frame.module, frame.function, frame.filename,
                        frame.line);
  }
  return text;
}

}  // namespace

std::string to_text(const StackTrace& trace) {
  std::string text = fmt::format("{}: {}\n", trace.error_type, trace.message);
  text += to_text(trace.frames);
  for (const ErrorCause& cause : trace.causes) {
    text += fmt::format("<- {}: {}\n", cause.error_type, cause.message) + to_text(cause.frames);
  }
  return text;
}

std::string load_stack_trace(const std::string& name) {
  std::ifstream input(ROUNDS_TEST_DATA_DIR "/stack_traces/" + name + ".txt");
  ROUNDS_CHECK(input.is_open(), "the stack traces of the tests are there");
  return {std::istreambuf_iterator<char>(input), {}};
}

}  // namespace rounds::test
