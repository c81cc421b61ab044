#include "core/time.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "core/check.hpp"
#include "core/utf8.hpp"

namespace rounds {
namespace {

// Consumes exactly `count` ASCII digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char digit : text.substr(0, count)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take_one_of(std::string_view& text, std::string_view accepted) {
  if (text.empty() || accepted.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take_one_of(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take_one_of(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const auto date = std::chrono::year{*year} / std::chrono::month{static_cast<unsigned>(*month)} /
                    std::chrono::day{static_cast<unsigned>(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  if (!take_one_of(text, ".")) return std::chrono::microseconds{0};
  std::int64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits < 6) value = value * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  for (std::size_t missing = digits; missing < 6; ++missing) value *= 10;
  text.remove_prefix(digits);
  return std::chrono::microseconds{value};
}

std::optional<std::chrono::microseconds> take_time_of_day(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_one_of(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take_one_of(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} +
         *fraction;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take_one_of(text, "Zz")) return std::chrono::minutes{0};
  const bool negative = !text.empty() && text.front() == '-';
  if (!take_one_of(text, "+-")) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_one_of(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
  return negative ? -offset : offset;
}

std::optional<Timestamp> parse(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take_one_of(text, "Tt ")) return std::nullopt;
  const auto time_of_day = take_time_of_day(text);
  if (!time_of_day) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const Timestamp time = *date + *time_of_day - *offset;
  if (!is_valid(time)) return std::nullopt;
  return time;
}

}  // namespace

std::string to_rfc3339(Timestamp time) {
  ROUNDS_CHECK(is_valid(time), "times outside the years 0001 to 9999 are refused at the boundary");
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss clock{time - days};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const auto time = parse(text);
  if (!time) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"{}\" is not an RFC 3339 time; write it like 2026-11-23T14:31:07Z",
                            excerpt(text)));
  }
  return *time;
}

}  // namespace rounds
