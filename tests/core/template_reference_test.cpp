// The templates against their second, plain implementation, on messages put together at random
// from the parts that the rules know and from what stands between such parts.
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/fingerprint.hpp"
#include "tests/support/reference_template.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

const std::vector<std::string> pieces{"user",
                                      "order",
                                      "0x7ffe12",
                                      "f47ac10b-58cc-4372-a567-0e02b2c3d422",
                                      "F47AC10B",
                                      "deadbeef",
                                      "3f2a9c1b",
                                      "123",
                                      "1,234.5",
                                      "1.2.3",
                                      "30ms",
                                      "30 ms",
                                      "1m30s",
                                      "5e-7",
                                      "2e10",
                                      "12abc",
                                      "3d45f278",
                                      "42S02",
                                      "10.0.0.1",
                                      "10.0.0.1:80",
                                      "1.2.3.4.5",
                                      "::1",
                                      "fe80::1%eth0",
                                      "[::1]:80",
                                      "2001:db8::1",
                                      "00:1a:2b:3c:4d:5e",
                                      "a::b",
                                      "2026-11-23",
                                      "2026-11-23T14:31:07.5Z",
                                      "14:31:07",
                                      "14:31",
                                      "Nov 23 14:31:07",
                                      "Mon, 23 Nov 2026 14:31:07 GMT",
                                      "23/Nov/2026:14:31:07 +0100",
                                      "20261123T143107Z",
                                      " UTC",
                                      "+01:00",
                                      "a.b@example.com",
                                      "db-1.example.com",
                                      "localhost:80",
                                      "http://h/p/1?q=2",
                                      "https://a:1/b#c",
                                      "file:///srv/x",
                                      "/var/lib/x",
                                      "/api/v1/7",
                                      "C:\\x\\y",
                                      "~/x",
                                      "\\\\srv\\x",
                                      "id=",
                                      "request_id=",
                                      "userId=",
                                      "status=",
                                      "key==",
                                      "code ",
                                      "error ",
                                      "HTTP/1.1 ",
                                      "answered ",
                                      "404",
                                      "'",
                                      "\"",
                                      "`",
                                      "“",
                                      "”",
                                      "'abc'",
                                      "\"x y\"",
                                      "attribute ",
                                      " object",
                                      " is null",
                                      "{\"",
                                      "\": ",
                                      "<value>",
                                      "<",
                                      ">",
                                      "value",
                                      "\\",
                                      "<uuid>",
                                      "é",
                                      "µs",
                                      "utf8",
                                      "Base64Decoder",
                                      "k8s",
                                      "worker12",
                                      "x2x4z",
                                      "-7d9f8b6c5-x2x4z",
                                      "bcdfghjkl-mnpqr",
                                      "aB3xY9kLmN0pQr5sTuVw",
                                      "aB3-xY9_kLmN0pQr5sTuVw",
                                      "\x1B[31m",
                                      "\t",
                                      "\n",
                                      "%",
                                      " %",
                                      "1",
                                      "a"};
const std::vector<std::string> separators{"",  " ", ", ", ",", ":", ": ", "-", "_", ".", "/", "=",
                                          "(", ")", "[",  "]", "{", "}",  ";", "#", "+", "|", "'"};

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : random_(seed) {}

  std::string next() {
    std::string message;
    const std::size_t count = 1 + below(8);
    for (std::size_t i = 0; i < count; ++i) {
      message += pieces[below(pieces.size())];
      message += separators[below(separators.size())];
    }
    // A wrong character here and there.
    if (below(3) == 0) message.erase(below(message.size()), 1);
    return message;
  }

  std::string next_ascii() {
    std::string message;
    for (std::size_t i = below(30); i > 0; --i) message += "0123456789abf.:-_ Z"[below(19)];
    return message + next_part();
  }

 private:
  std::size_t below(std::size_t end) {
    return end == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  std::string next_part() {
    return std::vector<std::string>{"",         "10.0.0.1",
                                    ":80",      "2026-11-23",
                                    "14:31:07", "f47ac10b-58cc-4372-a567-0e02b2c3d422"}[below(6)];
  }

  std::mt19937_64 random_;
};

TEST(TemplateReference, SaysTheSameOfRandomMessages) {
  RandomMessage random(random_seed());
  for (std::uint64_t i = random_rounds(4000); i > 0; --i) {
    const std::string message = random.next();
    ASSERT_EQ(message_template_v2(message), reference_template_v2(message)) << message;
    const std::string ascii = random.next_ascii();
    ASSERT_EQ(message_template_v1(ascii), reference_template_v1(ascii)) << ascii;
    ASSERT_EQ(message_template_v2(ascii), reference_template_v2(ascii)) << ascii;
  }
}

}  // namespace
}  // namespace rounds::test
