#include "bench/support/child_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rounds::bench {
namespace {

using testing::HasSubstr;

TEST(ChildProcess, IsReadLineByLineToItsEnd) {
  auto child = ChildProcess::start("/bin/sh", {"-c", "echo one two; echo three"});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->read_line(), "one two");
  EXPECT_EQ(child->read_line(), "three");
  EXPECT_EQ(child->read_line(), std::nullopt);
  EXPECT_TRUE(child->wait());
}

TEST(ChildProcess, TellsThatItFailed) {
  auto child = ChildProcess::start("/bin/sh", {"-c", "exit 3"});
  ASSERT_TRUE(child);
  EXPECT_FALSE(child->wait());
}

TEST(ChildProcess, IsKilledInTheMiddle) {
  auto child = ChildProcess::start("/bin/sh", {"-c", "echo ready; exec tail -f /dev/null"});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->read_line(), "ready");
  EXPECT_TRUE(child->kill());
  EXPECT_EQ(child->read_line(), std::nullopt);
}

TEST(ChildProcess, ThatEndedByItselfWasNotKilled) {
  auto child = ChildProcess::start("/bin/sh", {"-c", "exit 0"});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->read_line(), std::nullopt);
  const auto killed = child->kill();
  ASSERT_FALSE(killed);
  EXPECT_THAT(killed.error().message, HasSubstr("ended before it was killed"));
}

TEST(ChildProcess, ThatDoesNotExistIsAnError) {
  EXPECT_FALSE(ChildProcess::start("/no/such/program", {}));
}

}  // namespace
}  // namespace rounds::bench
