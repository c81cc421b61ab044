// Which characters are digits and which are parts of words, in any script.
//
// The tables (core/unicode_tables.cpp, made by scripts/generate_unicode_tables) are those of one
// fixed Unicode version, because fingerprints are kept for ever and depend on them. Pure functions:
// usable from any thread. A look-up is a binary search, so callers decide about ASCII themselves.
#pragma once

namespace rounds {

// Whether `character` is a decimal digit (category Nd). False for what is no code point.
[[nodiscard]] bool is_unicode_digit(char32_t character);

// Whether `character` is a letter or a numeral of any kind, or an underscore. Includes all digits.
// False for what is no code point.
[[nodiscard]] bool is_unicode_word(char32_t character);

}  // namespace rounds
