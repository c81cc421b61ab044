// Progress: what it says, and when.
#include "tools/progress.hpp"

#include <gtest/gtest.h>

#include "tests/tools/test_process.hpp"

namespace rounds::test {
namespace {

using namespace std::chrono_literals;
using tools::Progress;
using tools::ProgressState;

TEST(ProgressText, TellsRateAndTimeLeft) {
  EXPECT_EQ(tools::progress_line({"Rebuilding", "events", 1'200'000, 4'800'000, 3s}),
            "Rebuilding: 1.2M of 4.8M events, 25 %, 400k/s, 9 s left");
  EXPECT_EQ(tools::progress_line({"Reading", "bytes", 50, 10'000, 1s}),
            "Reading: 50 of 10k bytes, 0 %, 50/s, 3 min 19 s left");
  EXPECT_EQ(tools::progress_line({"Reading", "bytes", 1, 20'001, 1s}),
            "Reading: 1 of 20k bytes, 0 %, 1/s, 5 h 33 min left");
}

TEST(ProgressText, SaysNothingThatIsNotKnown) {
  EXPECT_EQ(tools::progress_line({"Reading", "bytes", 999, 0, 1s}), "Reading: 999 bytes, 999/s");
  EXPECT_EQ(tools::progress_line({"Reading", "bytes", 0, 10, 0s}),
            "Reading: 0 of 10 bytes, 0 %, 0/s");
  EXPECT_EQ(tools::progress_line({"Reading", "bytes", 10, 10, 1s}),
            "Reading: 10 of 10 bytes, 100 %, 10/s");
}

TEST(ProgressText, DrawsABarThatFitsTheTerminal) {
  const ProgressState state{"Rebuilding", "events", 25, 100, 1s};
  EXPECT_EQ(tools::progress_bar(state, 80),
            "Rebuilding [#####...............] 25 of 100 events, 25 %, 25/s, 3 s left");
  EXPECT_EQ(tools::progress_bar(state, 20), "Rebuilding [#####.…");
}

class ProgressTest : public testing::Test {
 protected:
  Progress make() {
    return {process_.process, "Reading", "events", [this] { return now_; }};
  }
  TestProcess process_;
  std::chrono::steady_clock::time_point now_{};
};

TEST_F(ProgressTest, WritesALineEveryFewSecondsWithoutATerminal) {
  Progress progress = make();
  now_ += 4s;
  progress.update(4, 10);
  EXPECT_EQ(process_.err(), "");
  now_ += 1s;
  progress.update(5, 10);
  progress.update(6, 10);
  EXPECT_EQ(process_.err(), "Reading: 5 of 10 events, 50 %, 1/s, 5 s left\n");
  now_ += 5s;
  progress.update(10, 10);
  EXPECT_TRUE(process_.err().ends_with("Reading: 10 of 10 events, 100 %, 1/s\n"));
}

TEST_F(ProgressTest, RedrawsOneLineOnATerminalAndRemovesItAtTheEnd) {
  process_.process.err_columns = 80;
  {
    Progress progress = make();
    now_ += 400ms;
    progress.update(1, 10);
    EXPECT_EQ(process_.err(), "") << "short work shows nothing";
    now_ += 600ms;
    progress.update(5, 10);
    const std::string drawn = process_.err();
    EXPECT_TRUE(drawn.starts_with("\r\x1b[KReading [##########..........] 5 of 10")) << drawn;
    EXPECT_EQ(drawn.find('\n'), std::string::npos);
    now_ += 50ms;
    progress.update(6, 10);
    EXPECT_EQ(process_.err(), drawn) << "redrawn too often";
  }
  EXPECT_TRUE(process_.err().ends_with("\r\x1b[K"));
}

TEST_F(ProgressTest, RemovesNothingThatWasNotShown) {
  process_.process.err_columns = 80;
  {
    Progress progress = make();
  }
  EXPECT_EQ(process_.err(), "");
}

}  // namespace
}  // namespace rounds::test
