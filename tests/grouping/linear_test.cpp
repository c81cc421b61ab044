// Stack traces and messages cost time in proportion to their length, whatever they contain: eight
// times as much text must not cost much more than eight times as much. Quadratic code would cost
// 64 times as much. What is measured is the processor time of this thread, the least of several
// runs, so that a busy machine changes nothing.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <time.h>

#include "core/fingerprint.hpp"
#include "core/frame_key_v2.hpp"
#include "ingest/scrub.hpp"
#include "ingest/stack_trace.hpp"

namespace rounds::test {
namespace {

constexpr std::size_t small_bytes = 48 * 1024;
constexpr std::size_t factor = 8;
constexpr double most = 24;  // between 8, which is linear, and 64, which is quadratic

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string repeat(const std::string& part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

double least_seconds(const std::function<void(const std::string&)>& run, const std::string& text) {
  double least = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double begin = thread_seconds();
    run(text);
    least = std::min(least, thread_seconds() - begin);
  }
  return least;
}

// `prefix` and as many of `part` as make the small text, and the large one.
void expect_linear(const std::function<void(const std::string&)>& run, const std::string& prefix,
                   const std::string& part) {
  // Below this the clock tells nothing, and nobody could do harm.
  constexpr double shortest = 500e-6;
  const double small = std::max(least_seconds(run, prefix + repeat(part, small_bytes)), shortest);
  const double large = least_seconds(run, prefix + repeat(part, factor * small_bytes));
  EXPECT_LT(large / small, most) << "of \"" << part << "\": " << small << " s and " << large
                                 << " s";
}

TEST(Linear, StackTracesOfAllLanguages) {
  const auto run = [](const std::string& text) { static_cast<void>(parse_stack_trace(text, "")); };
  for (const std::string part :
       {"x\n",
        "\n",
        "at ",
        "    at (((((\n",
        "    at ))))) (a:1:2)\n",
        "    at eval at (eval at (\n",
        "\tat a.b(",
        "\tat a.b(C.java:1)\n",
        "Caused by: a\n",
        "Suppressed: a\n",
        " ---> a",
        "--- End of inner exception stack trace ---\n",
        "goroutine 1 [running]:\nmain.f(0x1)\n",
        "main.f(\n\t/a.go:1\n",
        ":in `",
        "a:1:in `b': c (D)\n",
        "#0 (1): ",
        "#0 a(1): b(\nNext \n",
        "   0: a\n at b:1:2\n",
        "0# a at b:1 in c\n",
        "#0 0x1 in a (b+0x1)\n",
        "a(b+0x1)[0x1]\n",
        "0 a 0x1 b + 1\n",
        "1 [ra] [ra] [ra] ",
        "a@b:1:2\n",
        "a@",
        "a.b:1",
        "a:1",
        "Traceback (most recent call last):\n  File \"a\", line 1, in b\n",
        "During handling of the above exception, another exception occurred:\n"}) {
    expect_linear(run, "", part);
    expect_linear(run, "E: x\n    at f (/a.js:1:2)\n", part);
  }
}

TEST(Linear, MessageTemplates) {
  const auto run = [](const std::string& text) { static_cast<void>(message_template_v2(text)); };
  for (const std::string part :
       {"1,",     "1 ",      "1",      "a1",      "1,1a",
        " 'a",    " `a",     "'",      "\"a",     "'a'b",
        "' ",     "`a",      "a.",     "a@",      "a.a@b",
        "a-1",    "1m",      "1m2m3m", "http://", "http://a/b ",
        "x://a?", "::",      "1:",     "a::1",    "1.1.1.1",
        "/var/",  "C:\\",    "[::1]",  "id=",     "id='",
        "0-",     "aB1",     "aB1-",   "a_",      "=",
        "\\",     "<value>", "é",      "“",       "2026-11-23T",
        "Mon, ",  "\x1B[",   "\n",     " ",       "f47ac10b-58cc-4372-a567-0e02b2c3d422 "}) {
    expect_linear(run, "", part);
    expect_linear(run, "5 '", part);
  }
}

TEST(Linear, TakingSecretsOut) {
  const auto run = [](const std::string& text) {
    std::string scrubbed = text;
    scrub_secrets(scrubbed);
  };
  for (const std::string part : {"a",
                                 "=",
                                 ":",
                                 "://",
                                 "://a",
                                 "a:b@",
                                 "token",
                                 "token=",
                                 "token:",
                                 "token: ",
                                 "token='",
                                 "token=\"",
                                 "token=\\\"",
                                 "token: 'a\n",
                                 "token: \"[scrubbed]",
                                 "pwd='a pwd=\"b ",
                                 "eyJ",
                                 "eyJ-",
                                 "eyJaaaaaaaaaa.",
                                 "eyJaaaaaaaaaa.eyJaaaaaaaaaa.",
                                 "-",
                                 "-----BEGIN ",
                                 "-----BEGIN PRIVATE KEY-----",
                                 "-----BEGIN PRIVATE KEY----- -----END ",
                                 "ghp_",
                                 "xoxb-",
                                 "sk-",
                                 "Bearer ",
                                 "Bearer a",
                                 "Basic aaaaaaaaaaaaaaaaaa ",
                                 "Authorization: ",
                                 "Authorization: Basic ",
                                 "Authorization: Digest ",
                                 "Cookie: ",
                                 "Cookie: a=",
                                 "4",
                                 "4111 ",
                                 "4111-1111-",
                                 "4111111111111111 ",
                                 "\\n",
                                 "AKIA"}) {
    expect_linear(run, "", part);
    expect_linear(run, "password=\"", part);
  }
}

TEST(Linear, NamesOfCode) {
  for (const Language language :
       {Language::cpp, Language::rust, Language::go, Language::java, Language::dotnet,
        Language::ruby, Language::php, Language::swift, Language::javascript, Language::unknown}) {
    const auto run = [language](const std::string& text) {
      static_cast<void>(v2::key_of_frame({text, text, text, 0}, language));
    };
    for (const std::string part :
         {"<", ">", "(", "(anonymous namespace)", "::{lambda", ".func1", "$1", "closure #1 in ",
          "/<", "1", "a/", "operator<", "[", "a-1."}) {
      expect_linear(run, "", part);
    }
    expect_linear(run, "_ZN", "1a");
  }
}

}  // namespace
}  // namespace rounds::test
