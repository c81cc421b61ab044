#include "core/utf8.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/seed.hpp"

namespace rounds {
namespace {

using namespace std::string_literals;

// What a text of damaged bytes decodes to.
std::u32string bad_bytes(const std::string& bytes) {
  std::u32string characters;
  for (const char byte : bytes) {
    characters.push_back(bad_byte_base + static_cast<unsigned char>(byte));
  }
  return characters;
}

TEST(Utf8, KnowsAscii) {
  EXPECT_TRUE(is_ascii(""));
  EXPECT_TRUE(is_ascii("\x7F text"));
  EXPECT_FALSE(is_ascii("caf\xC3\xA9"));
  EXPECT_FALSE(is_ascii("a long text with one bad byte at its very end \x80"));
}

TEST(Utf8, DecodesCharactersOfEachLength) {
  EXPECT_EQ(decode_utf8("a\u00E9\u8A9E\U0001F600"), U"a\u00E9\u8A9E\U0001F600");
  EXPECT_EQ(decode_utf8("\x7F\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF"),
            U"\x7F\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF");
  EXPECT_EQ(decode_utf8("\0"s), U"\0"s);
}

TEST(Utf8, TakesEachDamagedByteForACharacterOfItsOwn) {
  for (const std::string& damaged :
       {"\x80"s, "\xFF"s, "\xC3"s, "\xE8\xAA"s, "\xF0\x9F\x98"s, "\xC0\x80"s, "\xC1\xBF"s,
        "\xE0\x9F\xBF"s, "\xF0\x8F\xBF\xBF"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF4\x90\x80\x80"s,
        "\xF5\x80\x80\x80"s}) {
    EXPECT_EQ(decode_utf8(damaged), bad_bytes(damaged)) << testing::PrintToString(damaged);
    EXPECT_EQ(decode_utf8(damaged + "a"), bad_bytes(damaged) + U"a");
  }
}

TEST(Utf8, GivesBackEveryTextUnchanged) {
  std::mt19937_64 random(test::random_seed());
  const std::string_view likely = "a\x7F\x80\xBF\xC2\xC3\xE0\xE2\xED\xF0\xF4\xFF\x9F\xA0";
  for (std::uint64_t round = test::random_rounds(5000); round > 0; --round) {
    std::string text(random() % 24, '\0');
    for (char& c : text) c = likely[random() % likely.size()];
    ASSERT_EQ(encode_utf8(decode_utf8(text)), text) << testing::PrintToString(text);
  }
}

TEST(Utf8, TruncatesBetweenCharacters) {
  const std::string text = "a\u00E9\u8A9E\U0001F600";  // 1 + 2 + 3 + 4 bytes
  const std::array<std::size_t, 12> expected{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t most = 0; most < expected.size(); ++most) {
    EXPECT_EQ(truncate_utf8(text, most), text.substr(0, expected[most])) << "at most " << most;
  }
}

TEST(Utf8, ExcerptsOfLongTextsEndWithAWholeCharacter) {
  EXPECT_EQ(excerpt("short"), "short");
  EXPECT_EQ(excerpt(std::string(100, 'x')), std::string(64, 'x'));
  const std::string before(63, 'x');
  EXPECT_EQ(excerpt(before + "\xC3\xA4"), before);
}

TEST(Utf8, TruncatesDamagedTextExactly) {
  EXPECT_EQ(truncate_utf8("\x80\x80\x80\x80\x80", 3), "\x80\x80\x80");
  EXPECT_EQ(truncate_utf8("ab\xE8\xAAzz", 3), "ab\xE8") << "no whole character begins there";
}

}  // namespace
}  // namespace rounds
