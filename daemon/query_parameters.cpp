#include "daemon/query_parameters.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/utf8.hpp"

namespace rounds::daemon {

Result<void> check_parameters(const Request& request,
                              std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("there is no query parameter \"{}\" here; use {}", excerpt(name),
                              fmt::join(known, ", ")));
    }
  }
  return {};
}

const std::string* find_parameter(const Request& request, std::string_view name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? nullptr : &found->second;
}

Result<Sequence> parse_sequence(std::string_view what, std::string_view text) {
  Sequence number = 0;
  const char* begin = std::to_address(text.begin());
  const char* end = begin + text.size();
  const auto [rest, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || rest != end) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} is \"{}\"; use a sequence: a whole number of at most 64 bits", what,
                            excerpt(text)));
  }
  return number;
}

}  // namespace rounds::daemon
