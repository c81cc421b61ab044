// clean_text and base64.
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "ingest/base64.hpp"
#include "ingest/clean_text.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

#define BAD "\xEF\xBF\xBD"

TEST(CleanText, KeepsWellFormedText) {
  for (const std::string_view text :
       {"", "ascii", "\xC2\x80 \xDF\xBF", "\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF",
        "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(clean_text(text), text);
  }
  const std::string_view with_zero("a\0b", 3);
  EXPECT_EQ(clean_text(with_zero), with_zero);
}

TEST(CleanText, ReplacesEveryByteThatIsNotUtf8) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"\x80", BAD},          // a continuation alone
      {"\xC0\xAF", BAD BAD},  // overlong forms of /
      {"\xE0\x80\xAF", BAD BAD BAD},
      {"\xF0\x80\x80\xAF", BAD BAD BAD BAD},
      {"\xED\xA0\x80", BAD BAD BAD},          // a surrogate
      {"\xF4\x90\x80\x80", BAD BAD BAD BAD},  // beyond U+10FFFF
      {"\xF5\xFF", BAD BAD},
      {"\xE2\x82", BAD BAD},  // cut
      {"\xE2\x82x\xC3", BAD BAD "x" BAD},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(clean_text(text), expected);
}

TEST(CleanText, CutsAtACharacter) {
  const std::string_view text = "a\xE2\x82\xAC\x80";
  const std::string_view expected[] = {
      "", "a", "a", "a", "a\xE2\x82\xAC", "a\xE2\x82\xAC", "a\xE2\x82\xAC", "a\xE2\x82\xAC" BAD};
  for (std::size_t max_bytes = 0; max_bytes < std::size(expected); ++max_bytes) {
    EXPECT_EQ(clean_text(text, max_bytes), expected[max_bytes]);
  }
}

#undef BAD

TEST(Base64, EncodesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, DecodesWhatItEncoded) {
  std::mt19937_64 random(random_seed());
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const std::string_view text : {"A", "AAAAA", "A===", "====", "AA=A", "A A=", " AAA", "AA!A",
                                      "AA\n=", "\xC3\xA9\xC3\xA9"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace rounds::test
