// A stack trace as text, so that a test can say on a few lines what it expects.
#pragma once

#include <string>
#include <string_view>

#include "ingest/stack_trace.hpp"

namespace rounds::test {

// "Type: message", then a line "  module | function | file:line" for each frame, then the same for
// each cause behind "<- ".
[[nodiscard]] std::string to_text(const StackTrace& trace);

// The content of tests/data/stack_traces/NAME.txt.
[[nodiscard]] std::string load_stack_trace(const std::string& name);

}  // namespace rounds::test
