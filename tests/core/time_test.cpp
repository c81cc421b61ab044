#include "core/time.hpp"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seed.hpp"

namespace rounds {
namespace {

// Microseconds of 2026-11-23T14:31:07Z.
constexpr std::int64_t example = 1795444267'000000;

TEST(Rfc3339, WritesSixDecimalsInUtc) {
  EXPECT_EQ(to_rfc3339(timestamp_from_microseconds(example + 123)), "2026-11-23T14:31:07.000123Z");
  EXPECT_EQ(to_rfc3339(timestamp_from_microseconds(0)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(timestamp_from_microseconds(-1)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_rfc3339(min_timestamp), "0001-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(max_timestamp), "9999-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
  std::mt19937_64 random(test::random_seed());
  std::uniform_int_distribution<std::int64_t> any(microseconds_since_epoch(min_timestamp),
                                                  microseconds_since_epoch(max_timestamp));
  for (std::uint64_t round = test::random_rounds(10'000); round > 0; --round) {
    const Timestamp time = timestamp_from_microseconds(any(random));
    ASSERT_EQ(parse_rfc3339(to_rfc3339(time)), time) << to_rfc3339(time);
  }
  EXPECT_EQ(parse_rfc3339(to_rfc3339(min_timestamp)), min_timestamp);
  EXPECT_EQ(parse_rfc3339(to_rfc3339(max_timestamp)), max_timestamp);
}

TEST(Rfc3339, ReadsEveryForm) {
  const std::vector<std::pair<std::string, std::int64_t>> cases{
      {"2026-11-23T14:31:07Z", example},
      {"2026-11-23t14:31:07z", example},
      {"2026-11-23 14:31:07Z", example},
      {"2026-11-23T14:31:07.5Z", example + 500'000},
      {"2026-11-23T14:31:07.000001Z", example + 1},
      {"2026-11-23T14:31:07.0000019999999999999999999999Z", example + 1},
      {"2026-11-23T14:31:07+00:00", example},
      {"2026-11-23T14:31:07-00:00", example},
      {"2026-11-23T16:31:07+02:00", example},
      {"2026-11-23T09:01:07.25-05:30", example + 250'000},
      {"2026-11-24T14:30:07+23:59", example},
      {"2026-11-22T14:32:07-23:59", example},
      {"1969-12-31T23:59:59.999999Z", -1},
      {"2024-02-29T00:00:00Z", 1709164800'000000},
      {"2000-02-29T00:00:00Z", 951782400'000000},
  };
  for (const auto& [text, microseconds] : cases) {
    EXPECT_EQ(parse_rfc3339(text), timestamp_from_microseconds(microseconds)) << text;
  }
}

TEST(Rfc3339, ReadsALeapSecondAsTheSecondAfter) {
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z"));
  EXPECT_EQ(parse_rfc3339("2017-01-01T01:59:60.25+02:00"),
            parse_rfc3339("2017-01-01T00:00:00.25Z"));
}

TEST(Rfc3339, RefusesEverythingElseAndNamesIt) {
  const std::vector<std::string> malformed{"",
                                           "now",
                                           "2026",
                                           "2026-11-23",
                                           "2026-11-23T14:31Z",
                                           "2026-11-23T14:31:07",
                                           "2026-11-23T14:31:07.Z",
                                           "2026-11-23T14:31:07,5Z",
                                           "2026-11-23T14:31:07+02",
                                           "2026-11-23T14:31:07+0200",
                                           "2026-11-23T14:31:07+24:00",
                                           "2026-11-23T14:31:07+02:60",
                                           "2026-11-23T14:31:07Zx",
                                           "2026-11-23T14:31:07Z ",
                                           " 2026-11-23T14:31:07Z",
                                           "2026-11-23_14:31:07Z",
                                           "2026-13-01T00:00:00Z",
                                           "2026-00-01T00:00:00Z",
                                           "2026-01-00T00:00:00Z",
                                           "2026-01-32T00:00:00Z",
                                           "2026-02-29T00:00:00Z",
                                           "1900-02-29T00:00:00Z",
                                           "2026-01-01T24:00:00Z",
                                           "2026-01-01T00:60:00Z",
                                           "2026-01-01T00:00:61Z",
                                           "26-01-01T00:00:00Z",
                                           "+2026-01-01T00:00:00Z",
                                           "-026-01-01T00:00:00Z",
                                           "2026-1-1T00:00:00Z",
                                           "2026-01-01T0:00:00Z",
                                           "2026/01/01T00:00:00Z",
                                           "٢٠٢٦-01-01T00:00:00Z",
                                           std::string("2026-01-01T00:00:00\0Z", 21)};
  for (const std::string& text : malformed) {
    const auto time = parse_rfc3339(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(time.error().message.find('"' + text + '"'), std::string::npos);
  }
}

TEST(Rfc3339, RefusesTimesOutsideTheYears1To9999) {
  EXPECT_FALSE(parse_rfc3339("0000-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_rfc3339("0001-01-01T00:00:00+00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:60Z"));
  EXPECT_TRUE(parse_rfc3339("0000-12-31T23:59:59-00:01"));
}

TEST(Rfc3339DeathTest, AbortsOnATimeThatNobodyValidated) {
  EXPECT_DEATH(static_cast<void>(to_rfc3339(max_timestamp + std::chrono::microseconds{1})),
               "broken invariant");
}

TEST(Timestamp, IsValidFromTheYear1To9999) {
  constexpr std::chrono::microseconds tick{1};
  EXPECT_TRUE(is_valid(min_timestamp));
  EXPECT_TRUE(is_valid(max_timestamp));
  EXPECT_FALSE(is_valid(min_timestamp - tick));
  EXPECT_FALSE(is_valid(max_timestamp + tick));
}

}  // namespace
}  // namespace rounds
