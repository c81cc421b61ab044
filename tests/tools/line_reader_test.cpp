// Lines of files that may hold anything.
#include "tools/line_reader.hpp"

#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace rounds::tools {
namespace {

using Lines = std::vector<std::pair<std::uint64_t, std::string>>;

Lines read(const std::string& text) {
  std::istringstream in(text);
  LineReader reader(in);
  Lines lines;
  while (reader.next()) lines.emplace_back(reader.number(), reader.line().value_or("too long"));
  EXPECT_TRUE(reader.finish());
  return lines;
}

TEST(LineReader, NumbersLinesAndSkipsEmptyOnes) {
  EXPECT_EQ(read("a\n\n \t\r\nb\n"), (Lines{{1, "a"}, {4, "b"}}));
}

TEST(LineReader, TakesALastLineWithoutNewline) {
  EXPECT_EQ(read("a\nb"), (Lines{{1, "a"}, {2, "b"}}));
  EXPECT_EQ(read(""), Lines{});
}

TEST(LineReader, SkipsTheRestOfTooLongLinesAndGoesOn) {
  const std::string longest(max_line_bytes, 'x');
  const Lines lines = read(longest + "\n" + longest + "y\nz\n");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].second.size(), max_line_bytes);
  EXPECT_EQ(lines[1], (Lines::value_type{2, "too long"}));
  EXPECT_EQ(lines[2], (Lines::value_type{3, "z"}));
}

TEST(LineReader, TellsABrokenFileFromItsEnd) {
  const test::TemporaryDirectory directory;
  std::ifstream in(directory.path());  // a directory opens, but cannot be read
  LineReader reader(in);
  EXPECT_FALSE(reader.next());
  const auto finished = reader.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::io_error);
}

}  // namespace
}  // namespace rounds::tools
