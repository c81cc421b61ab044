#include "core/fingerprint.hpp"

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/support/seed.hpp"

namespace rounds {
namespace {

std::string repeat(std::string_view text, std::size_t bytes) {
  std::string repeated;
  while (repeated.size() < bytes) repeated += text;
  return repeated;
}

TEST(FingerprintV1, ReplacesEachKindOfVariablePart) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", ""},
      {"host 10.0.0.5 is down", "host * is down"},
      {"host 10.0.0.5.6 is down", "host *.6 is down"},
      {"version 1.2.3.4567", "version 1.2.3.*"},
      {"a10.0.0.5", "a10.0.0.5"},
      {"port :80, :8080ms", "port :*, :8080ms"},
      {"12 123 1234", "12 * *"},
      {"123_456 a123 123b", "123_456 a123 123b"},
      {"-2026-11-23", "-*-11-23"},
      {"a2026-11-23b", "a*b"},
      {"T14:31:07Z", "T14:*:07Z"},
      {"x12:31:07", "x12:*:*"},
      {"14:31:07z", "14:*:07z"},
      {"id deadbeef-dead-beef-DEAD-beefdeadbeef", "id *"},
      {"id 12345678-dead-beef-dead-beefdeadbeef", "id *-dead-beef-dead-beefdeadbeef"},
  };
  for (const auto& [message, expected] : cases) EXPECT_EQ(message_template_v1(message), expected);
}

TEST(FingerprintV1, TreatsDigitsOfAnyScriptAsDigits) {
  EXPECT_EQ(message_template_v1("order ٠١٢٣ failed"), "order * failed");
  EXPECT_EQ(message_template_v1("１２.３４.５６.７８"), "*");
  EXPECT_EQ(message_template_v1("²³¹ ½¼¾ ⅧⅧⅧ"), "²³¹ ½¼¾ ⅧⅧⅧ") << "no decimal digits";
}

TEST(FingerprintV1, EndsWordsWhereUnicodeDoes) {
  EXPECT_EQ(message_template_v1("é123 語123 123א"), "é123 語123 123א");
  EXPECT_EQ(message_template_v1("😀123 ·123 123\u200b"), "😀* ·* *\u200b");
}

TEST(FingerprintV1, KeepsBytesThatAreNotUtf8AndEndsWordsThere) {
  EXPECT_EQ(message_template_v1("\xFF"
                                "123\x80"),
            "\xFF*\x80");
  EXPECT_EQ(message_template_v1("\xC3"
                                "123"),
            "\xC3*")
      << "the beginning of é, cut";
  EXPECT_EQ(message_template_v1("\xED\xA0\x80"
                                "123"),
            "\xED\xA0\x80*")
      << "a surrogate";
  EXPECT_EQ(message_template_v1("\xC0\xB1"
                                "123"),
            "\xC0\xB1*")
      << "an overlong digit";
}

TEST(FingerprintV1, HashesNoFramesToTheDigestOfNothing) {
  EXPECT_EQ(stack_hash_v1({}), "e3b0c44298fc1c14");
}

TEST(FingerprintV1, HashesModuleFunctionAndOrderButNotFileAndLine) {
  const std::vector<StackFrame> frames{{"a", "f", "a.py", 1}, {"b", "g", "b.py", 2}};
  const std::vector<StackFrame> moved{{"a", "f", "c.py", 3}, {"b", "g", "", 0}};
  const std::vector<StackFrame> reversed{{"b", "g", "b.py", 2}, {"a", "f", "a.py", 1}};
  EXPECT_EQ(stack_hash_v1(frames), stack_hash_v1(moved));
  EXPECT_NE(stack_hash_v1(frames), stack_hash_v1(reversed));
  EXPECT_EQ(stack_hash_v1(frames).size(), 16U);
}

TEST(FingerprintV1, NeverMakesAMessageLonger) {
  std::mt19937_64 random(test::random_seed());
  const std::string_view alphabet = "0123:.-_ afz\xD9\xA0\xC3\xA9\xFF";
  for (std::uint64_t round = test::random_rounds(2000); round > 0; --round) {
    std::string message(random() % 64, '\0');
    for (char& c : message) c = alphabet[random() % alphabet.size()];
    EXPECT_LE(message_template_v1(message).size(), message.size())
        << testing::PrintToString(message);
  }
}

// Quadratic work on one of these would take far longer than the time that a test has.
TEST(FingerprintV1, TakesLinearTimeOnHostileMessages) {
  constexpr std::size_t size = 1024 * 1024;
  const std::vector<std::string> unchanged{
      repeat("1", size) + "a",
      ":" + repeat("1", size) + "a",
      repeat("a1", size),
      repeat("a1.2.3.", size),
      repeat("1.2.3.x", size),
      repeat(":", size),
      repeat(":1a", size),
      repeat("1-", size),
      repeat("a1111-11-", size),
      repeat("a11:11a", size),
      repeat("12-", size),
      repeat("aaaaaaaa-", size),
      repeat("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaax", size),
      repeat("-", size),
      repeat("٠", size) + "é",
      ":" + repeat("٠", size) + "_",
      repeat("é1", size),
      repeat("\xFF", size),
      repeat("\xE2", size),
      repeat("\xF0\x9F\x98", size),
  };
  for (const std::string& message : unchanged) {
    EXPECT_TRUE(message_template_v1(message) == message) << message.substr(0, 40) << "...";
  }
  EXPECT_EQ(message_template_v1(repeat("1.2.3.4 ", size)), repeat("* ", size / 4));
  EXPECT_EQ(message_template_v1(repeat(":1", size)), repeat(":*", size));
  EXPECT_EQ(message_template_v1(repeat("٠", size)), "*");
}

Occurrence make_occurrence_with(std::string message) {
  Occurrence occurrence;
  occurrence.service = "checkout";
  occurrence.error_type = "TypeError";
  occurrence.message = std::move(message);
  occurrence.frames = {{"app.db", "dial", "db.py", 7}};
  occurrence.time = timestamp_from_microseconds(1);
  occurrence.severity = severity_fatal;
  occurrence.trace_id.bytes[0] = 1;
  occurrence.span_id.bytes[0] = 2;
  return occurrence;
}

TEST(Identify, KeepsWhatIsToldOfTheOccurrence) {
  const Occurrence occurrence = make_occurrence_with("user 12345 not found");
  const IdentifiedOccurrence identified = identify(occurrence, FingerprintRules::v1);
  EXPECT_EQ(*identified.identity,
            identify_v1("TypeError", "checkout", "user 12345 not found", occurrence.frames));
  EXPECT_EQ(identified.identity->message_template, "user * not found");
  EXPECT_EQ(identified.exemplar, (Exemplar{occurrence.time, occurrence.trace_id, occurrence.span_id,
                                           severity_fatal, "user 12345 not found"}));
}

TEST(Identify, CutsLongMessagesToTheLimits) {
  const std::string message = "x" + repeat("é", 2 * limits::max_message_bytes);
  const IdentifiedOccurrence identified =
      identify(make_occurrence_with(message), FingerprintRules::v1);
  // One byte less than the (even) limits, since a character of two bytes begins at odd places.
  EXPECT_EQ(identified.identity->message_template,
            message.substr(0, limits::max_message_bytes - 1));
  EXPECT_EQ(identified.exemplar.message, message.substr(0, limits::max_exemplar_message_bytes - 1));
  EXPECT_TRUE(validate(*identified.identity));
}

TEST(Identify, IgnoresWhatStandsBehindTheLimit) {
  const std::string kept = repeat("x", limits::max_message_bytes);
  EXPECT_EQ(*identify(make_occurrence_with(kept + "a"), FingerprintRules::v1).identity,
            *identify(make_occurrence_with(kept + "b"), FingerprintRules::v1).identity);
  std::string other = kept;
  other.back() = 'y';
  EXPECT_NE(*identify(make_occurrence_with(kept), FingerprintRules::v1).identity,
            *identify(make_occurrence_with(other), FingerprintRules::v1).identity);
}

TEST(Identify, NamesTheFingerprintOfTheOtherRulesAsWell) {
  const Occurrence occurrence = make_occurrence_with("user 12345 not found");
  const auto v1 = identify(occurrence, FingerprintRules::v1);
  const auto v2 = identify(occurrence, FingerprintRules::v2);
  EXPECT_EQ(*v1.aliases, FingerprintAliases{v2.identity->fingerprint});
  EXPECT_EQ(*v2.aliases, FingerprintAliases{v1.identity->fingerprint});
}

// Or a rule that tells failures apart could not: both would lead to the signature that they shared.
TEST(Identify, NamesNoOtherFingerprintWhereSomebodyDecided) {
  Occurrence occurrence = make_occurrence_with("user 12345 not found");
  occurrence.fingerprint_parts = {"mine"};
  EXPECT_EQ(identify(occurrence).aliases, nullptr);
}

TEST(Identify, UsesRulesV2UnlessToldOtherwise) {
  const Occurrence occurrence = make_occurrence_with("user 12345 not found");
  EXPECT_EQ(*identify(occurrence, FingerprintRules::v2).identity, identify_v2(occurrence));
  EXPECT_EQ(*identify(occurrence).identity, identify_v2(occurrence)) << "the default";
  EXPECT_EQ(default_fingerprint_rules, FingerprintRules::v2);
  EXPECT_EQ(parse_fingerprint_rules("v1"), FingerprintRules::v1);
  EXPECT_EQ(parse_fingerprint_rules(to_string(FingerprintRules::v2)), FingerprintRules::v2);
  EXPECT_EQ(parse_fingerprint_rules("v3").error().message,
            "\"v3\" are no fingerprint rules; use v1 or v2");
}

}  // namespace
}  // namespace rounds
