// Stack traces as languages print them, to errors and frames.
//
// Understands what Python, the JVM (Java, Kotlin), V8 (Node, Chrome), Firefox and Safari, Go, .NET,
// Ruby, PHP, Rust, C++ (glibc, gdb, boost::stacktrace, AddressSanitizer) and Swift print; of any
// other text, lines that name a file and a line. Pure: usable from any thread.
//
// A frame's `module` is a part of the fingerprint, so it must not depend on where a program is
// installed. Where the language names none (Python, JavaScript, Ruby), it is made from the path:
//   - in a library: the path below the last node_modules, site-packages, dist-packages, gems or
//     lib/pythonX.Y: "@opentelemetry/api/build/src/api/context.js", "json/decoder.py";
//   - elsewhere: its last two parts, "shop/app.mjs" of "file:///srv/shop/app.mjs?v=2";
//   - names that are no paths stay: "node:internal/modules/run_main", "<string>".
// Elsewhere it is the class (JVM, .NET, PHP), the package (Go) or the image (Swift, C++), and empty
// where the function's name is qualified (Rust, C++). `filename` is the path as printed, without
// "file://" and query. Unknown parts are empty: V8 prints no function for code at the top level of
// a module and no file for built-in functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/language.hpp"
#include "core/occurrence.hpp"

namespace rounds {

// What is read of one line. Real frames are under 1 KiB; what is longer is data in a message.
inline constexpr std::size_t max_stack_line_bytes = 8 * 1024;

// What a stack trace says. The error that was raised last is the trace's own; those that led to it
// are its causes.
struct StackTrace {
  Language language = Language::unknown;
  FrameOrder order = FrameOrder::unknown;  // of all frames in it
  std::string error_type;                  // empty: the trace does not name it
  std::string message;                     // its first line; empty: there is none
  std::vector<StackFrame> frames;          // as printed
  std::vector<ErrorCause> causes;          // the nearest first; at most limits::max_causes
};

// Reads `text`. No frames if it is no stack trace. Of more than limits::max_frames of one error the
// newest are kept. `sdk_language` is the value of telemetry.sdk.language; if it is empty or not
// known (core/language.hpp), the language is guessed by the shape of the text: the one that finds
// most frames in it. Linear in the length of the text, which should be UTF-8; guessing reads it
// once for each language.
[[nodiscard]] StackTrace parse_stack_trace(std::string_view text, std::string_view sdk_language);

// Reads `text` into the frames, causes, language, order and thrown type of `occurrence`, whatever
// they were before.
void take_stack_trace(Occurrence& occurrence, std::string_view text, std::string_view sdk_language);

}  // namespace rounds
