// Python's traceback.format_exc(). The texts are what Python 3.11 prints, with directories
// replaced.
#include <string>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "ingest/stack_trace.hpp"

namespace rounds::test {
namespace {

std::vector<StackFrame> parse(std::string_view text) {
  return parse_stack_trace(text, "python").frames;
}

std::vector<std::string> functions(std::string_view text) {
  std::vector<std::string> names;
  for (const StackFrame& frame : parse(text)) names.push_back(frame.function);
  return names;
}

using Names = std::vector<std::string>;

TEST(PythonStack, ReadsFramesAmongSourceLinesAndMarkers) {
  const auto frames = parse(R"(Traceback (most recent call last):
  File "/srv/shop/orders.py", line 36, in <module>
    K().p
         ^^^
  File "/srv/shop/orders.py", line 30, in m
    def m(self): json.loads("{x")
                 ^^^^^^^^^^^^^^^^
  File "/opt/python/3.11.7/lib/python3.11/json/decoder.py", line 337, in decode
    obj, end = self.raw_decode(s, idx=_w(s, 0).end())
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/opt/venv/lib/python3.11/site-packages/django/db/models.py", line 5, in Model.save
  File "<string>", line 1, in <module>
json.decoder.JSONDecodeError: Expecting property name: line 1 column 2 (char 1)
)");
  ASSERT_EQ(frames.size(), 5U);
  EXPECT_EQ(frames[0], (StackFrame{"shop/orders.py", "<module>", "/srv/shop/orders.py", 36}));
  EXPECT_EQ(frames[1], (StackFrame{"shop/orders.py", "m", "/srv/shop/orders.py", 30}));
  EXPECT_EQ(frames[2].module, "json/decoder.py");
  EXPECT_EQ(frames[2].line, 337U);
  EXPECT_EQ(frames[3].module, "django/db/models.py");
  EXPECT_EQ(frames[3].function, "Model.save");
  EXPECT_EQ(frames[4], (StackFrame{"<string>", "<module>", "<string>", 1}));
}

TEST(PythonStack, TakesTheExceptionThatWasRaisedLastOfAChain) {
  EXPECT_EQ(functions(R"(Traceback (most recent call last):
  File "/srv/t.py", line 7, in b
    try: a()
  File "/srv/t.py", line 5, in a
    def a(): return 1/0
                    ~^~
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/t.py", line 9, in wrapped
    raise KeyError("k") from e
KeyError: 'k'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/t.py", line 3, in show
    try: f()
         ^^^
  File "/srv/t.py", line 8, in b
    except ZeroDivisionError as e: raise KeyError("k") from e
                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^
KeyError: 'k'
)"),
            (Names{"show", "b"}));
}

constexpr std::string_view exception_group =
    R"(  + Exception Group Traceback (most recent call last):
  |   File "/srv/t.py", line 3, in show
  |     try: f()
  |          ^^^
  |   File "/srv/t.py", line 20, in inner
  |     raise ExceptionGroup("eg",ex)
  | ExceptionGroup: eg (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/t.py", line 18, in inner_one
    |     try: f()
    | ZeroDivisionError: division by zero
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/srv/t.py", line 10, in c
    |     try: a()
    | ZeroDivisionError: division by zero
    | 
    | During handling of the above exception, another exception occurred:
    | 
    | Traceback (most recent call last):
    |   File "/srv/t.py", line 11, in inner_two
    |     except ZeroDivisionError: {}["x"]
    | KeyError: 'x'
    +------------------------------------
)";

TEST(PythonStack, TakesTheGroupAndNotItsSubExceptions) {
  EXPECT_EQ(functions(exception_group), (Names{"show", "inner"}));
}

TEST(PythonStack, FollowsChainsIntoAndOutOfGroups) {
  const std::string plain =
      "Traceback (most recent call last):\n  File \"/srv/t.py\", line 1, in outer\n    x()\nE: e\n";
  const std::string link =
      "\nThe above exception was the direct cause of the following exception:\n\n";
  EXPECT_EQ(functions(plain + link + std::string(exception_group)), (Names{"show", "inner"}));
  EXPECT_EQ(functions(std::string(exception_group) + link + plain), (Names{"outer"}));
}

TEST(PythonStack, LeavesATracebackAloneThatAMessageQuotes) {
  EXPECT_EQ(functions(R"(Traceback (most recent call last):
  File "/srv/t.py", line 35, in q
    raise RuntimeError(text)
RuntimeError: worker said:
Traceback (most recent call last):
  File "/remote.py", line 3, in remote
    x()
ValueError: z
)"),
            (Names{"q"}));
}

TEST(PythonStack, TakesTheLocalTracebackOfAnErrorInAPool) {
  EXPECT_EQ(functions(R"(multiprocessing.pool.RemoteTraceback: 
"""
Traceback (most recent call last):
  File "/srv/pool.py", line 125, in worker
    result = (True, func(*args, **kwds))
ValueError: z
"""

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/t.py", line 4, in main
    pool.map(f, [1])
ValueError: z
)"),
            (Names{"main"}));
}

TEST(PythonStack, SkipsThePlaceOfASyntaxErrorAndRepeatedLines) {
  EXPECT_EQ(functions(R"(Traceback (most recent call last):
  File "/srv/t.py", line 28, in rec
    return rec(n-1) if n else a()
  [Previous line repeated 18 more times]
  File "/srv/t.py", line 34, in s
    def s(): exec("x = = 1")
             ^^^^^^^^^^^^^^^
  File "<string>", line 1
    x = = 1
        ^
SyntaxError: invalid syntax
)"),
            (Names{"rec", "s"}));
}

TEST(PythonStack, DoesNotTakeSourceCodeForAFrame) {
  EXPECT_EQ(functions("Traceback (most recent call last):\n"
                      "  File \"/srv/t.py\", line 1, in f\n"
                      "    File \"/srv/t.py\", line 2, in g\n"
                      "E: e\n"),
            (Names{"f"}));
}

TEST(PythonStack, KeepsTheNewestOfTooManyFrames) {
  std::string text = "Traceback (most recent call last):\n";
  constexpr std::size_t count = 5 * limits::max_frames + 7;
  for (std::size_t i = 1; i <= count; ++i) {
    text += "  File \"/srv/t.py\", line " + std::to_string(i) + ", in f\n    f()\n";
  }
  const auto frames = parse(text + "RecursionError: maximum recursion depth exceeded\n");
  ASSERT_EQ(frames.size(), limits::max_frames);
  EXPECT_EQ(frames.back().line, count);
  EXPECT_EQ(frames.front().line, count - limits::max_frames + 1);
}

TEST(PythonStack, FindsNoFramesInOtherTexts) {
  for (const std::string_view text : {
           "",
           "\n\n",
           "Traceback (most recent call last):",
           "ValueError: z",
           "Traceback (most recent call last):\n  File \"/srv/t.py\n",
           "Traceback (most recent call last):\n  File \"/srv/t.py\", line x, in f\n",
           "Traceback (most recent call last):\n  File \"/srv/t.py\", line 99999999999, in f\n",
           "Traceback (most recent call last):\nFile \"/srv/t.py\", line 1, in f\n",
       }) {
    EXPECT_TRUE(parse(text).empty()) << text;
  }
}

}  // namespace
}  // namespace rounds::test
