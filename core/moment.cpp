#include "core/moment.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace rounds {
namespace {

bool is_decimal(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

}  // namespace

Result<Moment> parse_moment(std::string_view text) {
  if (is_decimal(text)) {
    Sequence sequence = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
    if (error == std::errc{}) return Moment(sequence);
  } else if (const auto time = parse_rfc3339(text)) {
    return Moment(*time);
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is neither the sequence of an event nor an RFC 3339 time; write "
                          "it like 1200 or 2026-11-23T14:31:07Z",
                          excerpt(text)));
}

std::string format_moment(const Moment& moment) {
  if (const auto* sequence = std::get_if<Sequence>(&moment)) return std::to_string(*sequence);
  return to_rfc3339(std::get<Timestamp>(moment));
}

std::string describe(const Moment& moment) {
  return std::holds_alternative<Sequence>(moment) ? "event " + format_moment(moment)
                                                  : format_moment(moment);
}

Error behind_the_end(Sequence asked, Sequence last) {
  return Error{ErrorCode::invalid_argument,
               fmt::format("event {} is not there yet: the log ends with event {}", asked, last)};
}

}  // namespace rounds
