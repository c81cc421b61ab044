// Lines of the log: their forms, what cannot get into them, and how slow operations are limited.
#include "daemon/logging.hpp"

#include <chrono>
#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace rounds::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point moment{1'780'000'000'123ms};

TEST(LogLine, IsTextWithItsFields) {
  EXPECT_EQ(format_log_line(LogFormat::text, moment, "info", "a message",
                            {{"route", "/healthz"},
                             {"status", std::uint64_t{200}},
                             {"duration_ms", 1.25},
                             {"query", "a b"}}),
            "2026-05-28T20:26:40.123Z info a message route=/healthz status=200 duration_ms=1.250 "
            "query=\"a b\"");
}

TEST(LogLine, IsAJsonObjectWithItsFields) {
  const std::string line = format_log_line(
      LogFormat::json, moment, "warning", "a \"message\"",
      {{"route", "/healthz"}, {"status", std::uint64_t{200}}, {"duration_ms", 1.25}});
  const auto value = boost::json::parse(line);
  EXPECT_EQ(value.at("time"), "2026-05-28T20:26:40.123Z");
  EXPECT_EQ(value.at("level"), "warning");
  EXPECT_EQ(value.at("message"), "a \"message\"");
  EXPECT_EQ(value.at("route"), "/healthz");
  EXPECT_EQ(value.at("status").to_number<std::uint64_t>(), 200U);
  EXPECT_EQ(value.at("duration_ms"), 1.25);
}

TEST(LogLine, HoldsNoControlCharacterWhateverTheMessage) {
  std::string hostile = "\xC2\x9B";  // as UTF-8, the start of a terminal's control sequence
  for (int byte = 0; byte < 256; ++byte) hostile += static_cast<char>(byte);
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string line =
        format_log_line(format, moment, "info", hostile, {{"field", std::string_view(hostile)}});
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      EXPECT_TRUE(byte >= 0x20 && byte != 0x7F) << int{byte};
    }
    EXPECT_EQ(line.find("\xC2\x9B"), line.npos);
    if (format == LogFormat::json) {
      boost::system::error_code error;
      boost::json::parse(line, error);
      EXPECT_FALSE(error) << line;
    }
  }
}

TEST(SlowLog, LogsOneInASecondAndCountsTheOthers) {
  SlowLog log("slow request");
  const std::chrono::steady_clock::time_point start(1h);
  EXPECT_TRUE(log.take_turn(start).is_logged);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(log.take_turn(start + 999ms).is_logged);
  const auto next = log.take_turn(start + 1000ms);
  EXPECT_TRUE(next.is_logged);
  EXPECT_EQ(next.skipped, 3U);
  EXPECT_EQ(log.take_turn(start + 2000ms).skipped, 0U);
}

TEST(SlowLog, HasNothingThatIsSlowWithoutAThreshold) {
  Settings settings;
  settings.log_level = "off";
  settings.slow_operation = 0ms;
  change_logging(settings);
  EXPECT_FALSE(SlowLog::is_slow(1h));
  settings.slow_operation = 10ms;
  change_logging(settings);
  EXPECT_TRUE(SlowLog::is_slow(10ms));
  EXPECT_FALSE(SlowLog::is_slow(9ms));
}

}  // namespace
}  // namespace rounds::daemon
