// Reading JSON with limits, and strings that are valid JSON whatever they hold.
#include "api/json_text.hpp"

#include <gtest/gtest.h>

namespace rounds::api {
namespace {

TEST(JsonText, ReadsOneDocument) {
  const auto value = parse_json(R"({"a": [1, 2.5, null]})", "the body");
  ASSERT_TRUE(value);
  EXPECT_EQ(to_text(*value), R"({"a":[1,2.5E0,null]})");
}

TEST(JsonText, NamesWhatIsBrokenAndWhere) {
  for (const std::string_view broken : {"", "{", "{\"a\":}", "{} x", "\xFF", "{'a': 1}"}) {
    const auto value = parse_json(broken, "the request body");
    ASSERT_FALSE(value) << broken;
    EXPECT_EQ(value.error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(value.error().message.starts_with("the request body is not valid JSON: "))
        << value.error().message;
    EXPECT_NE(value.error().message.find("at byte"), std::string::npos);
  }
}

TEST(JsonText, RefusesDeepNesting) {
  const std::string shallow = std::string(max_json_depth, '[') + std::string(max_json_depth, ']');
  EXPECT_TRUE(parse_json(shallow, "the body"));
  EXPECT_FALSE(parse_json("[" + shallow + "]", "the body"));
}

TEST(JsonText, KeepsWellFormedText) {
  EXPECT_EQ(json_string("plain"), "plain");
  EXPECT_EQ(json_string("caf\u00e9 \U0001F600"), "caf\u00e9 \U0001F600");
}

TEST(JsonText, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(json_string("a\xFF"
                        "b"),
            "a\uFFFDb");
  EXPECT_EQ(json_string("cut \xE2\x82"), "cut \uFFFD\uFFFD");
  const auto back = parse_json(to_text(json_string("\xC0\x80\xED\xA0\x80")), "the text");
  EXPECT_TRUE(back) << "the output must be valid JSON again";
}

TEST(JsonText, EscapesControlCharacters) {
  EXPECT_EQ(to_text(json_string(std::string_view("\x1B[31m\n\0", 7))), R"("\u001b[31m\n\u0000")");
}

TEST(JsonText, WritesAbsentTextAsNull) {
  EXPECT_TRUE(json_string_or_null("").is_null());
  EXPECT_EQ(json_string_or_null("x"), "x");
}

}  // namespace
}  // namespace rounds::api
