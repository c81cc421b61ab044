// V8's error.stack. The texts are what Node 20 prints, with the directories of the tests replaced.
#include <string>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "ingest/stack_trace.hpp"

namespace rounds::test {
namespace {

std::vector<StackFrame> parse(std::string_view text) {
  return parse_stack_trace(text, "nodejs").frames;
}

// The only frame of a stack of the one line `line`.
StackFrame parse_frame(std::string_view line) {
  const auto frames = parse("Error: x\n    " + std::string(line));
  EXPECT_EQ(frames.size(), 1U) << line;
  return frames.empty() ? StackFrame{} : frames[0];
}

TEST(V8Stack, SkipsAMessageOfSeveralLines) {
  const auto frames = parse(R"(TypeError: line one
line two
  at nowhere
    at P.boom (file:///srv/shop/t.mjs:1:54)
    at new P (file:///srv/shop/t.mjs:1:31)
    at file:///srv/shop/t.mjs:6:22
    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)
    at async ModuleLoader.import (node:internal/modules/esm/loader:606:24))");
  ASSERT_EQ(frames.size(), 5U);
  EXPECT_EQ(frames[0], (StackFrame{"shop/t.mjs", "P.boom", "/srv/shop/t.mjs", 1}));
  EXPECT_EQ(frames[1], (StackFrame{"shop/t.mjs", "new P", "/srv/shop/t.mjs", 1}));
  EXPECT_EQ(frames[2], (StackFrame{"shop/t.mjs", "", "/srv/shop/t.mjs", 6}));
  EXPECT_EQ(frames[3], (StackFrame{"node:internal/modules/esm/module_job", "ModuleJob.run",
                                   "node:internal/modules/esm/module_job", 325}));
  EXPECT_EQ(frames[4].function, "ModuleLoader.import");
}

struct FrameCase {
  std::string_view line;
  StackFrame frame;
};

TEST(V8Stack, ReadsEveryKindOfFrame) {
  const FrameCase cases[] = {
      {"at inner (/srv/shop/t.js:3:43)", {"shop/t.js", "inner", "/srv/shop/t.js", 3}},
      {"at async outer (/srv/shop/t.js:2:37)", {"shop/t.js", "outer", "/srv/shop/t.js", 2}},
      {"at async file:///srv/shop/t.js:7:7", {"shop/t.js", "", "/srv/shop/t.js", 7}},
      {"at async Promise.all (index 0)", {"", "Promise.all", "", 0}},
      {"at Array.map (<anonymous>)", {"", "Array.map", "", 0}},
      {"at new Promise (<anonymous>)", {"", "new Promise", "", 0}},
      {"at <anonymous>", {"", "", "", 0}},
      {"at Array.forEach (native)", {"", "Array.forEach", "", 0}},
      {"at Object.<anonymous> (/srv/shop/c.cjs:1:40)",
       {"shop/c.cjs", "Object.<anonymous>", "/srv/shop/c.cjs", 1}},
      {"at Object.a [as bb] (/srv/shop/t.js:5:20)", {"shop/t.js", "Object.a", "/srv/shop/t.js", 5}},
      {"at get g [as g] (/srv/shop/t.js:9:79)", {"shop/t.js", "get g", "/srv/shop/t.js", 9}},
      {"at we ird (x) (/srv/v8 dir (1)/t.mjs:9:145)",
       {"v8 dir (1)/t.mjs", "we ird (x)", "/srv/v8 dir (1)/t.mjs", 9}},
      {"at /srv/v8 dir (1)/t.mjs:9:145", {"v8 dir (1)/t.mjs", "", "/srv/v8 dir (1)/t.mjs", 9}},
      {"at f (eval at evil (file:///srv/shop/t.mjs:4:18), <anonymous>:1:22)",
       {"shop/t.mjs", "f", "/srv/shop/t.mjs", 4}},
      {"at eval (eval at f (eval at g (/srv/a (1)/t.js:4:18), <anonymous>:2:3), <anonymous>:1:40)",
       {"a (1)/t.js", "eval", "/srv/a (1)/t.js", 4}},
      {"at fn (wasm://wasm/00d8f0a6:wasm-function[3]:0x8c)", {"", "fn", "", 0}},
      {"at load (C:\\shop\\src\\t.js:7:1)", {"src/t.js", "load", "C:\\shop\\src\\t.js", 7}},
      {"at x (https://cdn7.example.com/static/js/main.js?v=12#a:1:2345)",
       {"js/main.js", "x", "https://cdn7.example.com/static/js/main.js", 1}},
  };
  for (const FrameCase& expected : cases) {
    EXPECT_EQ(parse_frame(expected.line), expected.frame) << expected.line;
  }
}

TEST(V8Stack, GivesModulesThatDoNotDependOnTheDirectoryOfTheInstallation) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/srv/shop/src/orders/api.js", "orders/api.js"},
      {"/opt/alice/dev/shop/src/orders/api.js", "orders/api.js"},
      {"/api.js", "api.js"},
      {"api.js", "api.js"},
      {"/a/node_modules/x/node_modules/@y/z/lib/i.js", "@y/z/lib/i.js"},
      {"/a/node_modules/.pnpm/z@1.2.3/node_modules/z/i.js", "z/i.js"},
      {"webpack-internal:///./src/i.js", "src/i.js"},
      {"node:async_hooks", "node:async_hooks"},
  };
  for (const auto& [path, module] : cases) {
    EXPECT_EQ(parse_frame("at f (" + std::string(path) + ":1:2)").module, module);
  }
}

TEST(V8Stack, StopsWhereInspectPrintsPropertiesAndCauses) {
  const auto frames = parse(R"(Error: get
    at get g [as g] (file:///srv/shop/t.mjs:9:79)
    at file:///srv/shop/t.mjs:11:15 {
  [cause]: Error: c
      at inner (file:///srv/shop/t.mjs:9:103)
})");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].line, 11U);
}

TEST(V8Stack, StopsAtACauseThatFollows) {
  const auto frames =
      parse("Error: a\n    at f (/x/a.js:1:2)\ncaused by: Error: b\n    at g (/x/b.js:1:2)");
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].function, "f");
}

TEST(V8Stack, AcceptsWindowsLineEnds) {
  const auto frames = parse("Error: a\r\n    at f (/x/a.js:1:2)\r\n    at g (/x/b.js:3:4)\r\n");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].function, "g");
}

TEST(V8Stack, FindsNoFramesInOtherTexts) {
  for (const std::string_view text : {
           "",
           "\n",
           "at",
           "    at ",
           "    at \n    at (",
           "plain string 9",
           "    at f (:1:2)",
           "    at f (x:1)",
           "    at f (x:a:b)",
           "    at f)",
           "    at ))((",
           "    at f (x:99999999999:1)",
           "java.lang.Error: x\n\tat com.acme.Pay.charge(Pay.java:10)",
           "System.Exception: x\n   at Acme.Pay.Charge(String s) in C:\\x.cs:line 5",
       }) {
    EXPECT_TRUE(parse(text).empty()) << text;
  }
}

TEST(V8Stack, KeepsTheNewestOfTooManyFrames) {
  std::string text = "RangeError: Maximum call stack size exceeded\n";
  for (std::size_t i = 1; i <= 3 * limits::max_frames; ++i) {
    text += "    at f (/x/a.js:" + std::to_string(i) + ":2)\n";
  }
  const auto frames = parse(text);
  ASSERT_EQ(frames.size(), limits::max_frames);
  EXPECT_EQ(frames.front().line, 1U);
}

TEST(StackTrace, GuessesTheLanguageByShapeOnlyIfItIsNotGiven) {
  const std::string v8 = "Error: a\n    at f (/x/a.js:1:2)";
  const std::string python =
      "Traceback (most recent call last):\n  File \"/x/a.py\", line 3, in f\n    g()\nE: a";
  EXPECT_EQ(parse_stack_trace(v8, "").frames.at(0).function, "f");
  EXPECT_EQ(parse_stack_trace(v8, "webjs").frames.at(0).function, "f");
  EXPECT_EQ(parse_stack_trace(python, "").frames.at(0).line, 3U);
  EXPECT_TRUE(parse_stack_trace(v8, "python").frames.empty());
  EXPECT_TRUE(parse_stack_trace(python, "nodejs").frames.empty());
  EXPECT_TRUE(parse_stack_trace(v8, "java").frames.empty());
}

}  // namespace
}  // namespace rounds::test
