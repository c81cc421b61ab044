#include "core/moment.hpp"

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

TEST(Moments, OfDigitsAloneAreSequences) {
  EXPECT_EQ(parse_moment("0"), Moment(Sequence{0}));
  EXPECT_EQ(parse_moment("1200"), Moment(Sequence{1200}));
  EXPECT_EQ(parse_moment("18446744073709551615"), Moment(~Sequence{0}));
}

TEST(Moments, OtherwiseAreTimes) {
  EXPECT_EQ(parse_moment("2026-01-01T00:00:10Z"), Moment(at_second(10)));
  EXPECT_EQ(parse_moment("2026-01-01 01:00:10.5+01:00"),
            Moment(at_second(10) + std::chrono::milliseconds{500}));
}

TEST(Moments, ThatAreNeitherAreNamed) {
  for (const char* text : {"", " ", "-1", "+1", "1.5", "0x10", "18446744073709551616", "yesterday",
                           "2026-11-23", "2026-02-30T00:00:00Z", "1200 "}) {
    const auto moment = parse_moment(text);
    ASSERT_FALSE(moment) << text;
    EXPECT_EQ(moment.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(moment.error().message.find('"' + std::string(text) + '"'), std::string::npos);
  }
}

TEST(Moments, AreReadBackAsTheyAreWritten) {
  for (const Moment& moment : {Moment(Sequence{0}), Moment(~Sequence{0}), Moment(at_second(7)),
                               Moment(min_timestamp), Moment(max_timestamp)}) {
    EXPECT_EQ(parse_moment(format_moment(moment)), moment) << format_moment(moment);
  }
  EXPECT_EQ(describe(Moment(Sequence{12})), "event 12");
  EXPECT_EQ(describe(Moment(at_second(7))), "2026-01-01T00:00:07.000000Z");
}

}  // namespace
}  // namespace rounds::test
