// The reader of JSON objects: each kind of member, and the first thing wrong is what it reports.
#include "api/json_reader.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace rounds::api {
namespace {

boost::json::value parsed(std::string_view text) {
  return boost::json::parse(text);
}

TEST(ObjectReader, ReadsEveryKindOfMember) {
  const auto value = parsed(
      R"({"s": "text", "l": ["a", "b"], "n": 2.5, "c": 18446744073709551615,
          "t": "2026-01-01T00:00:00Z", "o": null})");
  ObjectReader reader(value, "the thing");
  EXPECT_EQ(reader.text("s"), "text");
  EXPECT_EQ(reader.texts("l"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reader.number("n"), 2.5);
  EXPECT_EQ(reader.count("c"), 18446744073709551615ULL);
  EXPECT_EQ(to_rfc3339(reader.time("t")), "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(reader.optional_text("o"), std::nullopt);
  EXPECT_EQ(reader.optional_count("absent"), std::nullopt);
  EXPECT_TRUE(reader.finish(UnknownMembers::refuse));
}

// What `read` makes of `text`: the message of the reader's error.
template <typename Read>
std::string error_of(std::string_view text, Read read) {
  const auto value = parsed(text);
  ObjectReader reader(value, "the thing");
  read(reader);
  const auto valid = reader.finish(UnknownMembers::refuse);
  if (valid) return "no error";
  EXPECT_EQ(valid.error().code, ErrorCode::invalid_argument);
  return valid.error().message;
}

TEST(ObjectReader, NamesWhatIsMissing) {
  EXPECT_EQ(error_of("{}", [](ObjectReader& reader) { static_cast<void>(reader.text("name")); }),
            "the thing lacks \"name\"");
}

TEST(ObjectReader, NamesTheExpectedType) {
  const auto read = [](ObjectReader& reader) { static_cast<void>(reader.optional_count("c")); };
  for (const char* text : {R"({"c": -1})", R"({"c": 1.5})", R"({"c": "1"})", R"({"c": true})"}) {
    EXPECT_EQ(error_of(text, read), "\"c\" of the thing must be a whole number of 0 or more");
  }
  EXPECT_EQ(error_of(R"({"l": ["a", 1]})",
                     [](ObjectReader& reader) { static_cast<void>(reader.texts("l")); }),
            "\"l\" of the thing must be a list of strings");
}

TEST(ObjectReader, NamesUnknownMembersAndTheKnownOnes) {
  EXPECT_EQ(error_of(R"({"reson": "x"})",
                     [](ObjectReader& reader) {
                       static_cast<void>(reader.optional_text("actor"));
                       static_cast<void>(reader.optional_text("reason"));
                     }),
            "the thing has an unknown member \"reson\"; it takes actor, reason");
}

TEST(ObjectReader, IgnoresUnknownMembersIfAsked) {
  const auto value = parsed(R"({"new_member": 1})");
  ObjectReader reader(value, "the thing");
  EXPECT_TRUE(reader.finish(UnknownMembers::ignore));
}

TEST(ObjectReader, RefusesWhatIsNoObject) {
  EXPECT_EQ(error_of("[1]", [](ObjectReader&) {}), "the thing must be a JSON object");
}

TEST(ObjectReader, ReportsTheFirstError) {
  EXPECT_EQ(error_of(R"({"a": 1})",
                     [](ObjectReader& reader) {
                       static_cast<void>(reader.text("a"));
                       static_cast<void>(reader.text("b"));
                     }),
            "\"a\" of the thing must be a string");
}

}  // namespace
}  // namespace rounds::api
