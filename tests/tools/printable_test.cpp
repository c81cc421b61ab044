// What telemetry may not do to a terminal.
#include "tools/printable.hpp"

#include <gtest/gtest.h>

namespace rounds::tools {
namespace {

TEST(Printable, KeepsOrdinaryText) {
  EXPECT_EQ(printable("no answer: größe 日本 🙂 a\\b"), "no answer: größe 日本 🙂 a\\b");
}

TEST(Printable, EscapesWhateverDrivesATerminal) {
  EXPECT_EQ(printable("a\x1b[31mred\x1b]0;title\x07"), "a\\x1b[31mred\\x1b]0;title\\x07");
  EXPECT_EQ(printable("line\nnext\ttab\rback"), "line\\nnext\\ttab\\rback");
  EXPECT_EQ(printable(std::string_view("nul\0del\x7f", 8)), "nul\\x00del\\x7f");
  EXPECT_EQ(printable("c1 \xC2\x9B"
                      "31m"),
            "c1 \\x9b31m");
  EXPECT_EQ(printable("rtl \u202e \u2066 \u200f line \u2028 bom \ufeff"),
            "rtl \\u202e \\u2066 \\u200f line \\u2028 bom \\ufeff");
  EXPECT_EQ(printable("tag \U000E0041"), "tag \\ue0041");
}

TEST(Printable, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("a\xFF\xC3z"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(printable("overlong escape \xC0\x9B"), "overlong escape \uFFFD\uFFFD");
}

TEST(Width, CountsColumnsAndNotBytes) {
  EXPECT_EQ(width_of("abc"), 3U);
  EXPECT_EQ(width_of("größe"), 5U);
  EXPECT_EQ(width_of("日本"), 4U);
  EXPECT_EQ(width_of("e\u0301"), 1U);
}

TEST(Width, CutsBetweenCharacters) {
  EXPECT_EQ(cut_to_width("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to_width("abcdef", 5), "abcd…");
  EXPECT_EQ(cut_to_width("größe", 4), "grö…");
  EXPECT_EQ(cut_to_width("日本語", 5), "日本…");
  EXPECT_EQ(cut_to_width("日本語", 4), "日…");
  EXPECT_EQ(cut_to_width("abc", 1), "…");
  EXPECT_EQ(cut_to_width("", 1), "");
}

}  // namespace
}  // namespace rounds::tools
