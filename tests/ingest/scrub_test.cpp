// Secrets are taken out of texts, and nothing else is.
#include "ingest/scrub.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/fingerprint.hpp"
#include "core/limits.hpp"
#include "ingest/grouping.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

std::string scrubbed(std::string text) {
  scrub_secrets(text);
  return text;
}

struct Case {
  std::string text;
  std::string expected;
};

void expect_all(const std::vector<Case>& cases) {
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(scrubbed(text), expected);
    EXPECT_EQ(scrubbed(expected), expected) << "twice is as once";
  }
}

// Built from parts, so that nobody's scanner takes them for real ones.
const std::string card =
    "4111"
    "111111111111";
const std::string aws_key = std::string("AKIA") + "IOSFODNN7EXAMPLE";
const std::string github_key = std::string("ghp_") + "0123456789abcdefghijABCDEFGHIJ012345";
const std::string slack_key = std::string("xoxb-") + "1234567890-abcdefghij";
const std::string web_token = std::string("eyJhbGciOiJIUzI1NiJ9") +
                              ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0";

TEST(Scrub, ValuesOfKeysThatNameSecrets) {
  expect_all({
      {"password=hunter2", "password=[scrubbed]"},
      {"DB_PASSWORD=a b", "DB_PASSWORD=[scrubbed] b"},
      {"login?user=ada&token=abc&x=1", "login?user=ada&token=[scrubbed]&x=1"},
      {"clientSecret=abc, scope=all", "clientSecret=[scrubbed], scope=all"},
      {"user[password]=abc", "user[password]=[scrubbed]"},
      {"Server=db;Pwd=abc;Timeout=5", "Server=db;Pwd=[scrubbed];Timeout=5"},
      {"api-key: 0a1b2c3d", "api-key: [scrubbed]"},
      {"password: hunter2!", "password: [scrubbed]"},
      {"secret = 'two words'", "secret = '[scrubbed]'"},
      {"{ password: 'hunter', user: 'ada' }", "{ password: '[scrubbed]', user: 'ada' }"},
      {R"({"user":"ada","password":"a \"quoted\" one","n":1})",
       R"({"user":"ada","password":"[scrubbed]","n":1})"},
      {R"(body: {\"access_token\": \"abc\", \"n\": 1})",
       R"(body: {\"access_token\": \"[scrubbed]\", \"n\": 1})"},
      {"{'refresh_token': 'abc'}", "{'refresh_token': '[scrubbed]'}"},
      {"{:password=>\"abc\", \"pin\" => 1234}",
       "{:password=>\"[scrubbed]\", \"pin\" => [scrubbed]}"},
      {"{\"pin\": 1234}", "{\"pin\": [scrubbed]}"},
      {"password=\"no end", "password=\"[scrubbed] end"},
  });
}

TEST(Scrub, UrlsAndTheirQueries) {
  expect_all({
      {"cannot reach postgres://app:pa:ss@db:5432/shop",
       "cannot reach postgres://[scrubbed]@db:5432/shop"},
      {"redis://:abc@cache", "redis://[scrubbed]@cache"},
      {"https://h/p?key=abc&sig=def&q=shoes", "https://h/p?key=[scrubbed]&sig=[scrubbed]&q=shoes"},
      {"https://h/p?X-Amz-Signature=abc", "https://h/p?X-Amz-Signature=[scrubbed]"},
      {"https://ada@h:80/a@b:c", "https://ada@h:80/a@b:c"},
  });
}

TEST(Scrub, Headers) {
  expect_all({
      {"Authorization: Bearer abc", "Authorization: [scrubbed]"},
      {"authorization: Basic dXNlcjpwYXNz\nHost: x", "authorization: [scrubbed]\nHost: x"},
      {"Authorization: Digest username=\"ada\", response=\"1\"\nHost: x",
       "Authorization: [scrubbed]\nHost: x"},
      {"Cookie: a=b; c=d\r\nHost: x", "Cookie: [scrubbed]\r\nHost: x"},
      {"Set-Cookie: sid=abc; Path=/", "Set-Cookie: [scrubbed]"},
      {"{'Authorization': 'Bearer abc'}", "{'Authorization': '[scrubbed]'}"},
      {"sent Bearer 0123456789abcdef to it", "sent Bearer [scrubbed] to it"},
      {"X-Api-Key: 0123456789", "X-Api-Key: [scrubbed]"},
  });
}

TEST(Scrub, KeysByTheirForm) {
  expect_all({
      {"key " + aws_key + " is unknown", "key [scrubbed] is unknown"},
      {"push to https://" + github_key + "@github.com", "push to https://[scrubbed]@github.com"},
      {"(" + slack_key + ")", "([scrubbed])"},
      {"invalid " + web_token + ".", "invalid [scrubbed]."},
      {"a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- b", "a [scrubbed] b"},
      {R"("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n")", R"("[scrubbed]\n")"},
      {"cut -----BEGIN PRIVATE KEY-----\nMIIEv", "cut [scrubbed]"},
      {R"(line\n)" + aws_key, R"(line\n[scrubbed])"},
  });
}

TEST(Scrub, DigitsOfCardsBecomeZeros) {
  expect_all({
      {"card " + card + " declined", "card 0000000000000000 declined"},
      {"4111 1111 1111 1111", "0000 0000 0000 0000"},
      {"5500-0000-0000-0004.", "0000-0000-0000-0000."},
      {"3400 000000 00009", "0000 000000 00000"},
      {"12 4111 1111 1111 1111 99", "12 0000 0000 0000 0000 99"},
  });
}

TEST(Scrub, LeavesEverythingElse) {
  for (const std::string text : {"",
                                 "plain text",
                                 "Unexpected token: } in JSON at position 0",
                                 "Unexpected token: 'if'",
                                 "invalid password: must have a digit",
                                 "token_count=5",
                                 "max_tokens=4096",
                                 "if (password == null)",
                                 "password != other",
                                 "password=null",
                                 "std::token::value",
                                 "Cookie: none was sent",
                                 "authorization: user 7 may not",
                                 "Basic authentication failed",
                                 "Bearer authentication-is-required-here",
                                 "order 4111111111111112 not found",
                                 "order 9111111111111111",
                                 "id 41111111111111110000",
                                 "x4111111111111111",
                                 "3.4111111111111111",
                                 "2026-11-23T14:31:07.123456Z",
                                 "f47ac10b-58cc-4372-a567-0e02b2c3d422",
                                 "eyJ.eyJ.x",
                                 "AKIA123",
                                 "key=value",
                                 "monkey=1",
                                 "http://host:80/path",
                                 "-----BEGIN CERTIFICATE-----",
                                 "päss=wörd",
                                 "bypass=1",
                                 "signature=abc",
                                 "[scrubbed]",
                                 "password=[scrubbed]"}) {
    std::string same = text;
    EXPECT_FALSE(scrub_secrets(same)) << text;
    EXPECT_EQ(same, text);
  }
}

TEST(Scrub, ACardInAMessageChangesNoTemplate) {
  const std::string with_card = "order " + card + " failed";
  const std::string with_number = "order 4111111111111112 failed";
  EXPECT_EQ(message_template_v1(scrubbed(with_card)), message_template_v1(with_number));
  EXPECT_EQ(message_template_v2(scrubbed(with_card)), message_template_v2(with_number));
}

Occurrence leaking_occurrence() {
  Occurrence occurrence;
  occurrence.service = "shop";
  occurrence.error_type = "LoginError(token=abc)";
  occurrence.message = "login with password=hunter2 failed";
  occurrence.causes.push_back({"E", "pwd=abc", {}});
  occurrence.fingerprint_parts = {"secret=abc", std::string(fingerprint_default)};
  return occurrence;
}

// By a store that knows nothing yet.
IdentifiedOccurrence identify_one(const Grouping& grouping, Occurrence& occurrence) {
  std::vector<Occurrence> occurrences{occurrence};
  auto identified = grouping.identify_all(
      occurrences, [](const auto& fingerprints) { return std::vector<bool>(fingerprints.size()); });
  occurrence = occurrences.front();
  return std::move(identified.front());
}

TEST(Scrub, NothingOfAnOccurrenceReachesTheStore) {
  for (const auto rules : {FingerprintRules::v1, FingerprintRules::v2}) {
    Occurrence occurrence = leaking_occurrence();
    const auto identified = identify_one(*Grouping::make(rules, {}), occurrence);
    EXPECT_EQ(identified.exemplar.message, "login with password=[scrubbed] failed");
    EXPECT_EQ(identified.identity->error_type, "LoginError(token=[scrubbed])");
    EXPECT_EQ(identified.identity->message_template.find("hunter2"), std::string::npos);
    EXPECT_EQ(occurrence.causes.front().message, "pwd=[scrubbed]");
    EXPECT_EQ(occurrence.fingerprint_parts.front(), "secret=[scrubbed]");
  }
}

TEST(Scrub, OccurrencesThatDifferInSecretsAloneAreOneFailure) {
  Occurrence one = leaking_occurrence();
  Occurrence other = leaking_occurrence();
  other.message = "login with password=correct-horse failed";
  const Grouping grouping = *Grouping::make(FingerprintRules::v1, {});
  EXPECT_EQ(identify_one(grouping, one).identity->fingerprint,
            identify_one(grouping, other).identity->fingerprint);
}

TEST(Scrub, CanBeTurnedOff) {
  Occurrence occurrence = leaking_occurrence();
  const Grouping grouping = *Grouping::make(FingerprintRules::v1, {}, Scrubbing::off);
  EXPECT_EQ(identify_one(grouping, occurrence).exemplar.message, leaking_occurrence().message);
}

TEST(Scrub, ALongErrorTypeStaysWithinItsLimit) {
  Occurrence occurrence = leaking_occurrence();
  occurrence.error_type.clear();
  while (occurrence.error_type.size() + 8 <= limits::max_name_bytes)
    occurrence.error_type += "token=a ";
  scrub_secrets(occurrence);
  EXPECT_LE(occurrence.error_type.size(), limits::max_name_bytes);
}

// Pieces that texts with secrets are made of, in any order.
std::string random_text(std::mt19937_64& random) {
  static const std::vector<std::string> pieces{"password",
                                               "token",
                                               "secret",
                                               "=",
                                               ":",
                                               " ",
                                               "\"",
                                               "'",
                                               "\\",
                                               "://",
                                               "@",
                                               "&",
                                               "?",
                                               "/",
                                               "a",
                                               "Z",
                                               "1",
                                               "4111",
                                               "1111",
                                               "-",
                                               ".",
                                               "eyJ",
                                               "Bearer ",
                                               "Authorization: ",
                                               "Cookie: ",
                                               "Basic ",
                                               "[scrubbed]",
                                               "-----BEGIN PRIVATE KEY-----",
                                               "-----END PRIVATE KEY-----",
                                               "\n",
                                               "ghp_",
                                               "xoxb-",
                                               aws_key,
                                               card,
                                               web_token,
                                               "é",
                                               "=>",
                                               "]",
                                               "[",
                                               ",",
                                               "abcdefghijklmnop"};
  std::string text;
  const auto count = random() % 24;
  for (std::uint64_t i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
  return text;
}

TEST(Scrub, TwiceIsAsOnceForAnyText) {
  std::mt19937_64 random(random_seed());
  const std::uint64_t rounds = random_rounds(100'000);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const std::string text = random_text(random);
    const std::string once = scrubbed(text);
    ASSERT_EQ(scrubbed(once), once) << "of \"" << text << '"';
  }
}

}  // namespace
}  // namespace rounds::test
