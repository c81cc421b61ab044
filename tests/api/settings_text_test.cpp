// Arrays of settings files on several lines, as docs/grouping.md shows them.
#include "api/settings_text.hpp"

#include <gtest/gtest.h>

namespace rounds::api {
namespace {

TEST(SettingsText, AnArrayStandsOnOneLine) {
  EXPECT_EQ(with_arrays_on_one_line("a = [\n  'x',\n  \"y\",\n]\nb = 1\n"),
            "a = [   'x',   \"y\"]\nb = 1\n");
  EXPECT_EQ(with_arrays_on_one_line("a = [\r\n[1, # one\n2],\n[]\n]"), "a = [\r [1,  2], [] ]");
}

TEST(SettingsText, WhatStandsInQuotesStays) {
  for (const std::string_view text : {"a = [ '# \"[', \"]\\\"#\" ]\n", "a = ['[,]', \"',]\"]"}) {
    EXPECT_EQ(with_arrays_on_one_line(text), text);
  }
  EXPECT_EQ(with_arrays_on_one_line("a = [\n'#]',\n\"\\\"\n]\n"), "a = [ '#]', \"\\\"\n]\n")
      << "a text without an end does not take the lines behind it";
}

TEST(SettingsText, AllElseStaysAsItIs) {
  for (const std::string_view text :
       {"", "[section]\na = 1\n", "listen = \"[::1]:1\"\n# it's [\nb = it's\nc = 2\n", "]],[\n",
        "a = 1 # [\nb = 2\n", "listen = [::1]:1\n"}) {
    EXPECT_EQ(with_arrays_on_one_line(text), text);
  }
}

}  // namespace
}  // namespace rounds::api
