// Rules of the configuration that decide what identifies an occurrence.
#include "ingest/grouping.hpp"

#include <gtest/gtest.h>

namespace rounds::test {
namespace {

Occurrence sample() {
  Occurrence occurrence;
  occurrence.service = "checkout";
  occurrence.error_type = "ReadTimeoutError";
  occurrence.message = "no answer from payments in 30 s";
  occurrence.frames = {{"com.acme.Pay", "charge", "Pay.java", 1}, {"com.acme.Db", "run", "", 2}};
  occurrence.language = Language::java;
  return occurrence;
}

bool matches(std::string_view conditions) {
  const auto rule = GroupingRule::parse(std::string(conditions) + " -> x");
  EXPECT_TRUE(rule) << rule.error().message;
  return rule && rule->matches(sample());
}

TEST(GroupingRules, MatchServiceTypeMessageAndFrames) {
  EXPECT_TRUE(matches("service:checkout"));
  EXPECT_TRUE(matches("type:*Timeout*"));
  EXPECT_TRUE(matches("message:\"* payments *\""));
  EXPECT_TRUE(matches("module:com.acme.* function:charge"));
  EXPECT_TRUE(matches("path:Pay.java"));
  EXPECT_TRUE(matches("!service:users"));
  EXPECT_TRUE(matches("!module:com.other.*"));
  EXPECT_FALSE(matches("service:check"));
  EXPECT_FALSE(matches("type:*Timeout* service:users"));
  EXPECT_FALSE(matches("module:com.acme.Pay function:run")) << "of two different frames";
  EXPECT_FALSE(matches("!function:charge")) << "one frame is enough";
}

TEST(GroupingRules, MatchPatternsAsAWhole) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("a*b*c", "a-bb-c"));
  EXPECT_TRUE(matches_glob("a?c", "abc"));
  EXPECT_TRUE(matches_glob("**a", "xa"));
  EXPECT_FALSE(matches_glob("a", "ab"));
  EXPECT_FALSE(matches_glob("a?c", "ac"));
  EXPECT_FALSE(matches_glob("", "a"));
}

TEST(GroupingRules, GiveThePartsOfTheFingerprint) {
  const auto rule = GroupingRule::parse(
      R"(type:* -> slow call, "a, \"b\"", {{type}}, {{ message }},{{  default}})");
  ASSERT_TRUE(rule) << rule.error().message;
  EXPECT_EQ(rule->parts_for(sample()),
            (std::vector<std::string>{"slow call", "a, \"b\"", "ReadTimeoutError",
                                      "no answer from payments in <value>",
                                      std::string(fingerprint_default)}));
}

TEST(GroupingRules, SayWhereTheyAreWrongAndWhatToWrite) {
  const std::pair<std::string, std::string> cases[] = {
      {"type:x", "\"type:x\" is wrong at byte 7: \"->\" and the parts"},
      {"-> x", "at byte 3: a condition such as type:TimeoutError must stand before"},
      {"kind:x -> y", "at byte 1: a condition begins with service:, type:"},
      {"type: -> y", "at byte 6: a text is missing"},
      {"type:\"x -> y", "at byte 6: the closing quote is missing"},
      {"type:x -> ", "at byte 11: a text is missing"},
      {"type:x -> a,", "at byte 13: a text is missing"},
      {"type:x -> {{ stack }}", "the variables are {{ default }}, {{ type }} and {{ message }}"},
      {"type:x -> {{ type", "\"}}\" is missing"},
      {"type:x -> \"a\" b", "separate the parts of the fingerprint by commas"},
      {std::string(5000, 'x'), "longer than 4096 bytes"},
  };
  for (const auto& [text, problem] : cases) {
    const auto rule = GroupingRule::parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(rule.error().message.find(problem), std::string::npos) << rule.error().message;
  }
}

std::vector<bool> recall_nothing(std::span<const std::string_view> fingerprints) {
  return std::vector<bool>(fingerprints.size());
}

std::string fingerprint(const Grouping& grouping, Occurrence occurrence) {
  std::vector<Occurrence> occurrences{std::move(occurrence)};
  return grouping.identify_all(occurrences, recall_nothing).front().identity->fingerprint;
}

TEST(Grouping, LetsTheFirstRuleThatHoldsDecide) {
  const std::vector<std::string> rules{"type:Nothing -> a", "type:*Timeout* -> b",
                                       "service:checkout -> c"};
  const Grouping grouping = *Grouping::make(FingerprintRules::v2, rules);
  Occurrence occurrence = sample();
  grouping.apply_rules(occurrence);
  EXPECT_EQ(occurrence.fingerprint_parts, std::vector<std::string>{"b"});
  Occurrence other = sample();
  other.message = "something else";
  EXPECT_EQ(fingerprint(grouping, sample()), fingerprint(grouping, other));
  EXPECT_NE(fingerprint(Grouping(), sample()), fingerprint(Grouping(), other));
}

TEST(Grouping, LeavesOccurrencesWithoutARuleAlone) {
  const std::vector<std::string> rules{"type:Nothing -> a"};
  const Grouping grouping = *Grouping::make(FingerprintRules::v2, rules);
  EXPECT_EQ(fingerprint(grouping, sample()),
            fingerprint(*Grouping::make(FingerprintRules::v2, {}), sample()));
}

TEST(Grouping, MakesFingerprintsOfTheVersionAskedFor) {
  const Grouping v1 = *Grouping::make(FingerprintRules::v1, {});
  const Occurrence occurrence = sample();
  EXPECT_EQ(fingerprint(v1, occurrence), identify_v1(occurrence.error_type, occurrence.service,
                                                     occurrence.message, occurrence.frames)
                                             .fingerprint);
  EXPECT_TRUE(
      fingerprint(*Grouping::make(FingerprintRules::v2, {}), occurrence).starts_with("v2:"));
}

TEST(Grouping, SharesOneIdentityAmongOccurrencesWithOneFingerprint) {
  std::vector<Occurrence> occurrences{sample(), sample(), sample()};
  occurrences[1].error_type = "AnotherError";
  const auto identified = Grouping().identify_all(occurrences, recall_nothing);
  ASSERT_EQ(identified.size(), 3U);
  EXPECT_EQ(identified[2].identity, identified[0].identity);
  EXPECT_NE(identified[1].identity->fingerprint, identified[0].identity->fingerprint);
}

TEST(Grouping, MakesAliasesOnlyOnceAndOnlyOfWhatIsNotRecalled) {
  std::vector<Occurrence> occurrences{sample(), sample(), sample()};
  occurrences[1].error_type = "AnotherError";
  const std::string known = fingerprint(Grouping(), occurrences[1]);
  std::size_t asked = 0;
  const auto identified = Grouping().identify_all(occurrences, [&](auto fingerprints) {
    asked += fingerprints.size();
    std::vector<bool> is_known;
    for (const std::string_view each : fingerprints) is_known.push_back(each == known);
    return is_known;
  });
  EXPECT_EQ(asked, 2U) << "each fingerprint once";
  ASSERT_NE(identified[0].aliases, nullptr);
  EXPECT_EQ(
      *identified[0].aliases,
      FingerprintAliases{identify(occurrences[0], FingerprintRules::v1).identity->fingerprint});
  EXPECT_EQ(identified[1].aliases, nullptr);
  EXPECT_EQ(identified[2].aliases, nullptr);
}

TEST(Grouping, MakesNoAliasesWhereARuleDecides) {
  const std::vector<std::string> rules{"type:*Timeout* -> b, {{ default }}"};
  std::vector<Occurrence> occurrences{sample()};
  const auto identified =
      Grouping::make(FingerprintRules::v2, rules)->identify_all(occurrences, recall_nothing);
  EXPECT_EQ(identified.front().aliases, nullptr);
}

TEST(Grouping, RefusesRulesThatCannotWork) {
  const std::vector<std::string> one{"type:x -> y"};
  EXPECT_FALSE(Grouping::make(FingerprintRules::v1, one));
  const std::vector<std::string> many(max_grouping_rules + 1, one[0]);
  EXPECT_FALSE(Grouping::make(FingerprintRules::v2, many));
  const std::vector<std::string> wrong{"type:x"};
  EXPECT_FALSE(Grouping::make(FingerprintRules::v2, wrong));
}

}  // namespace
}  // namespace rounds::test
