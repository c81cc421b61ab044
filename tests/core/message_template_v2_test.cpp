// Message templates of rules v2.
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/fingerprint.hpp"
#include "core/limits.hpp"

namespace rounds {
namespace {

using Cases = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void expect_templates(Cases cases) {
  for (const auto& [message, expected] : cases) {
    EXPECT_EQ(message_template_v2(message), expected) << message;
  }
}

TEST(MessageTemplateV2, ReplacesIdsAndHashes) {
  expect_templates({
      {"order f47ac10b-58cc-4372-a567-0e02b2c3d422 declined", "order <uuid> declined"},
      {"user_F47AC10B-58CC-4372-A567-0E02B2C3D422", "user_<uuid>"},
      {"commit 3f2a9c1b failed", "commit <value> failed"},
      {"commit d41d8cd98f00b204e9800998ecf8427e", "commit <value>"},
      {"at 0x7ffd5c2a1b30", "at <value>"},
      {"bad session aB3xY9kLmN0pQr5sTuVw", "bad session <value>"},
      {"pod checkout-7d9f8b6c5-x2x4z", "pod checkout-<value>"},
      {"pod checkout-bcdfghjkl-mnpqr", "pod checkout-<value>"},
      {"worker12 and worker-3", "worker<value> and worker-<value>"},
      {"User #42", "User #<value>"},
  });
}

TEST(MessageTemplateV2, KeepsWordsWithDigits) {
  expect_templates({
      {"utf8 SHA256 k8s x509 oauth2", "utf8 SHA256 k8s x509 oauth2"},
      {"Base64Decoder of GrpcHttp2Handler", "Base64Decoder of GrpcHttp2Handler"},
      {"/v1/users", "/v1/users"},
      {"InternalServerErrorException", "InternalServerErrorException"},
      {"deadbeef facade", "deadbeef facade"},
  });
}

TEST(MessageTemplateV2, ReplacesNumbersWithTheirUnits) {
  expect_templates({
      {"took 30ms", "took <value>"},
      {"took 1.5 seconds of 2m30.5s", "took <value> of <value>"},
      {"1,234,567 rows", "<value> rows"},
      {"-5 and +3 and a-5", "<value> and <value> and a-<value>"},
      {"99.9% of 12 MiB", "<value> of <value>"},
      {"js/123.3d45f278.js", "js/<value>.js"},
      {"1.5e-7 or 2E10", "<value> or <value>"},
      {"version 1.2.3.4.5", "version <value>"},
      {"12\xC2\xB5s", "<value>"},
      {"the 3rd of 10-20", "the <value> of <value>"},
      {"Customer_F47AC10B-58CC-4372-A567-0E02B2C3D422", "Customer_<uuid>"},
      {"1,2,3zz", "<value>"},
      {"10\xE4\xB8\xAA", "<value>\xE4\xB8\xAA"},
  });
}

TEST(MessageTemplateV2, FoldsListsWhateverTheirLength) {
  expect_templates({
      {"ids 1, 2, 3", "ids <value>"},
      {"ids 1", "ids <value>"},
      {"at 10-0-3-17", "at <value>"},
      {"in ('a', 'b', 'c')", "in ('<value>')"},
      {"1 'a' 2", "<value> '<value>' <value>"},
  });
}

TEST(MessageTemplateV2, KeepsNumbersThatAreCodes) {
  expect_templates({
      {"status code 404", "status code 404"},
      {"HTTP/1.1 503", "HTTP/1.1 503"},
      {"[Errno 111] refused", "[Errno 111] refused"},
      {"(os error 2)", "(os error 2)"},
      {"Code=-1001", "Code=-1001"},
      {"SQLSTATE[42S02]", "SQLSTATE[42S02]"},
      {"ORA-00942", "ORA-00942"},
      {"answered 502 after 30ms", "answered 502 after <value>"},
      {"answered 99 questions", "answered <value> questions"},
      {"errors: 12", "errors: <value>"},
      {"code 12345678901", "code <value>"},
  });
}

TEST(MessageTemplateV2, ReplacesDatesAndTimes) {
  for (const std::string_view time :
       {"2026-11-23T14:31:07Z", "2026-11-23T14:31:07.123456+01:00", "2026-11-23 14:31:07",
        "2026-11-23", "2026/11/23 14:31", "14:31:07", "14:31:07.123", "14:31:07,123 UTC",
        "Mon, 23 Nov 2026 14:31:07 GMT", "Nov 23 14:31:07", "23/Nov/2026:14:31:07 +0100",
        "20261123T143107Z"}) {
    EXPECT_EQ(message_template_v2("at " + std::string(time) + ", late"), "at <time>, late") << time;
  }
  expect_templates({{"line 12:5", "line <value>:<value>"}, {"Monday", "Monday"}});
}

TEST(MessageTemplateV2, ReplacesAddressesHostsAndMail) {
  for (const std::string_view address :
       {"10.0.0.15", "10.0.0.15:5432", "::1", "fe80::1%eth0", "2001:db8::ff00:42:8329",
        "[2001:db8::1]:8080", "00:1a:2b:3c:4d:5e", "db-1.eu.example.com", "localhost:5432",
        "redis-master.prod.svc:6379"}) {
    EXPECT_EQ(message_template_v2("to " + std::string(address) + " failed"), "to <address> failed")
        << address;
  }
  expect_templates({
      {"mail to j.smith+x@mail.example.co.uk bounced", "mail to <email> bounced"},
      {"std::vector and Errno::ECONNREFUSED", "std::vector and Errno::ECONNREFUSED"},
      {"com.acme.Pay at Pay.java:12", "com.acme.Pay at Pay.java:<value>"},
  });
}

TEST(MessageTemplateV2, ReplacesWhatVariesInUrlsAndPaths) {
  expect_templates({
      {"GET https://api.example.com:8443/v1/users/17/orders?page=3#x failed",
       "GET https://<address>/v1/users/<value>/orders failed"},
      {"see http://a/b.", "see http://<address>/b."},
      {"open /var/lib/shop/4711/x.png: denied", "open <path>: denied"},
      {"open C:\\Users\\ada\\x.txt", "open <path>"},
      {"POST /api/users/17/orders", "POST /api/users/<value>/orders"},
      {"and/or 1/2", "and/or <value>/<value>"},
      {"file:///srv/x.js", "<path>"},
  });
}

TEST(MessageTemplateV2, ReplacesQuotedValuesButNotNames) {
  expect_templates({
      {"unknown coupon 'ABC' of \"Ada\"", "unknown coupon '<value>' of \"<value>\""},
      {"'NoneType' object has no attribute 'name'", "'NoneType' object has no attribute 'name'"},
      {"Cannot read properties of null (reading 'profile')",
       "Cannot read properties of null (reading 'profile')"},
      {"undefined method `price' for nil", "undefined method `price' for nil"},
      {"can't open it, don't know why", "can't open it, don't know why"},
      {"{\"id\": \"abc\", \"code\": \"limit\"}", "{\"id\": \"<value>\", \"code\": \"limit\"}"},
      {"an 'open quote", "an 'open quote"},
      {"user=alice status=500 duration=30 s", "user=<value> status=500 duration=<value>"},
      {"a == b and x => y", "a == b and x => y"},
  });
}

TEST(MessageTemplateV2, CannotBeForged) {
  expect_templates({
      {"<value>", "\\<value>"},
      {"5", "<value>"},
      {"\\<value>", "\\\\\\<value>"},
      {"\\5", "\\\\<value>"},
      {"a <b> c", "a <b> c"},
      {"<uuid><time>", "\\<uuid>\\<time>"},
  });
  EXPECT_NE(message_template_v2("<5value>"), message_template_v2("<value>"));
}

TEST(MessageTemplateV2, CollapsesSpaceAndDropsColours) {
  expect_templates({{"  a \t\n b\r\n", "a b"}, {"\x1B[31mred\x1B[0m x", "red x"}, {"", ""}});
}

TEST(MessageTemplateV2, EndsAtTheLimitWithAWholeCharacter) {
  std::string message;
  while (message.size() < 2 * limits::max_template_bytes) message += "\xE4\xB8\xAA";
  const std::string cut = message_template_v2(message);
  EXPECT_LE(cut.size(), limits::max_template_bytes);
  EXPECT_GT(cut.size(), limits::max_template_bytes - 3);
  EXPECT_EQ(cut.size() % 3, 0U);
  std::string forged(limits::max_template_bytes - 3, '\\');
  EXPECT_LE(message_template_v2(forged + "<value>").size(), limits::max_template_bytes);
  EXPECT_LE(message_template_v2(forged + "5").size(), limits::max_template_bytes);
}

}  // namespace
}  // namespace rounds
