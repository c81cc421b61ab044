// The edges of all ranges are compared with Python's in fingerprint_vectors_test.cpp.
#include "core/unicode_tables.hpp"

#include <gtest/gtest.h>

namespace rounds {
namespace {

TEST(UnicodeTables, HaveAsManyDigitsAndWordCharactersAsUnicode14) {
  std::size_t digits = 0;
  std::size_t words = 0;
  for (char32_t character = 0; character <= 0x10FFFF; ++character) {
    const bool digit = is_unicode_digit(character);
    const bool word = is_unicode_word(character);
    if (digit) EXPECT_TRUE(word) << static_cast<std::uint32_t>(character);
    digits += digit ? 1 : 0;
    words += word ? 1 : 0;
  }
  EXPECT_EQ(digits, 660U);
  EXPECT_EQ(words, 133548U);
}

TEST(UnicodeTables, KnowAscii) {
  for (char32_t character = 0; character < 0x80; ++character) {
    const bool digit = character >= U'0' && character <= U'9';
    const bool letter = (character >= U'a' && character <= U'z') ||
                        (character >= U'A' && character <= U'Z') || character == U'_';
    EXPECT_EQ(is_unicode_digit(character), digit);
    EXPECT_EQ(is_unicode_word(character), digit || letter);
  }
}

TEST(UnicodeTables, ExcludeWhatIsNoCodePoint) {
  EXPECT_FALSE(is_unicode_digit(0x110030));
  EXPECT_FALSE(is_unicode_word(0x110041));
  EXPECT_FALSE(is_unicode_word(0xFFFFFFFF));
}

}  // namespace
}  // namespace rounds
