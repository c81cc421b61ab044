// Stack traces as languages print them, to frames.
//
// Understands V8's error.stack (telemetry.sdk.language nodejs and webjs) and Python's format_exc
// (python); each further language is one more parser. Pure: usable from any thread.
//
// A frame's `module` is a part of the fingerprint, so it must not depend on where a program is
// installed. It is made from the path:
//   - in a library: the path below the last node_modules, site-packages, dist-packages or
//     lib/pythonX.Y: "@opentelemetry/api/build/src/api/context.js", "json/decoder.py";
//   - elsewhere: its last two parts, "shop/app.mjs" of "file:///srv/shop/app.mjs?v=2";
//   - names that are no paths stay: "node:internal/modules/run_main", "<string>".
// `filename` is the path as printed, without "file://" and query. Unknown parts are empty: V8
// prints no function for code at the top level of a module and no file for built-in functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/occurrence.hpp"

namespace rounds {

// The frames of `text` in the order in which they are printed; none if it is not a stack trace.
// Of several linked errors, those of the one that was raised last. Of more than limits::max_frames
// the newest are kept. `sdk_language` is the value of telemetry.sdk.language; if it is empty the
// language is guessed by the shape of the text, and a language without a parser gives no frames.
// Linear in the length of the text, which should be UTF-8.
[[nodiscard]] std::vector<StackFrame> parse_stack_trace(std::string_view text,
                                                        std::string_view sdk_language);

}  // namespace rounds
