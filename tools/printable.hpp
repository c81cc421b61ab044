// Texts from telemetry on a terminal: what they may not do, and how wide they are.
//
// An error message is written by whoever causes the error. Escape sequences in it could move the
// cursor, change the title or hide text; line breaks would tear tables; marks of writing direction
// reorder a line. Pure functions, usable from any thread, linear in the length of the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rounds::tools {

// `text` as UTF-8 without anything that drives a terminal: such characters become "\n", "\t",
// "\x1b" or "\u202e"; a byte that is not UTF-8 becomes U+FFFD, as in JSON.
[[nodiscard]] std::string printable(std::string_view text);

// How many columns of a terminal the printable `text` takes: East Asian characters take two,
// combining marks none.
[[nodiscard]] std::size_t width_of(std::string_view text);

// The longest beginning of the printable `text` that fits into `columns` (1 or more); if anything
// is cut off, it ends in "…". Cuts between characters and leaves no combining mark alone.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns);

}  // namespace rounds::tools
