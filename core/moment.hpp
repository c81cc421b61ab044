// Moments of the past that a store can be asked about: an event of the log, or a time.
//
// Values and pure functions: usable from any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace rounds {

// Right behind the event with this sequence (0: before the first one), or right behind the last
// event whose time, that of its commit, is not later than this. Event times never decrease along
// the log, so each time names one place in it; a time that has not come yet names the present end.
using Moment = std::variant<Sequence, Timestamp>;

// Reads a moment: decimal digits are a sequence, all else is an RFC 3339 time. Errors:
// invalid_argument names the text.
[[nodiscard]] Result<Moment> parse_moment(std::string_view text);

// What parse_moment() reads: "1200" or "2026-11-23T14:31:07.000123Z".
[[nodiscard]] std::string format_moment(const Moment& moment);

// For sentences: "event 1200" or "2026-11-23T14:31:07.000123Z".
[[nodiscard]] std::string describe(const Moment& moment);

// The error for a sequence behind the end of a log: the future is not known.
[[nodiscard]] Error behind_the_end(Sequence asked, Sequence last);

}  // namespace rounds
