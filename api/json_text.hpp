// From text to JSON values and back, and the small conversions that all of api/ shares.
//
// api/ is the JSON that people and programs see: the daemon's answers and the --json output of the
// rounds command come from the same functions, so they agree. Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "core/time.hpp"

namespace rounds::api {

// Deeper documents are attacks on the parser's stack: ours nest three levels.
inline constexpr std::size_t max_json_depth = 16;

// Reads one JSON document. `what` names it in messages ("the request body"). Errors:
// invalid_argument says what is wrong and at which byte.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text, std::string_view what);

// One line without a newline. Always valid UTF-8 if the strings were built by json_string().
[[nodiscard]] std::string to_text(const boost::json::value& value);

// A JSON string of `text`. JSON must be UTF-8, but an error message may hold any bytes: each byte
// that is not part of a well-formed sequence becomes U+FFFD.
[[nodiscard]] boost::json::string json_string(std::string_view text);

// A JSON string of `text`, or null if it is empty.
[[nodiscard]] boost::json::value json_string_or_null(std::string_view text);

[[nodiscard]] boost::json::array json_strings(const std::vector<std::string>& texts);

[[nodiscard]] boost::json::string json_time(Timestamp time);

}  // namespace rounds::api
