// Points in time as the project uses them: microseconds since the Unix epoch, UTC.
//
// Values only: usable from any thread. Text is RFC 3339.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace rounds {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// The range of times the store accepts: what RFC 3339 can write, years 0001 to 9999.
inline constexpr Timestamp min_timestamp =
    std::chrono::sys_days{std::chrono::year{1} / std::chrono::January / 1};
inline constexpr Timestamp max_timestamp =
    std::chrono::sys_days{std::chrono::year{10000} / std::chrono::January / 1} -
    std::chrono::microseconds{1};

// Whether `time` lies in [min_timestamp, max_timestamp].
[[nodiscard]] constexpr bool is_valid(Timestamp time) {
  return time >= min_timestamp && time <= max_timestamp;
}

[[nodiscard]] constexpr std::int64_t microseconds_since_epoch(Timestamp time) {
  return time.time_since_epoch().count();
}

[[nodiscard]] constexpr Timestamp timestamp_from_microseconds(std::int64_t microseconds) {
  return Timestamp{std::chrono::microseconds{microseconds}};
}

// RFC 3339 with six decimals and Z: "2026-11-23T14:31:07.000123Z". `time` must be valid (is_valid).
[[nodiscard]] std::string to_rfc3339(Timestamp time);

// Reads an RFC 3339 date-time: any number of decimals (cut to microseconds), 'Z' or a numeric
// offset, 'T', 't' or a space between date and time. A leap second (":60") reads as the second
// after. Errors: invalid_argument names the text.
[[nodiscard]] Result<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace rounds
