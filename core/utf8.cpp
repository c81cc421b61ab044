#include "core/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include "core/check.hpp"

namespace rounds {
namespace {

struct Character {
  char32_t value;
  std::size_t bytes;
};

std::uint32_t byte_at(std::string_view text, std::size_t position) {
  return static_cast<unsigned char>(text[position]);
}

// How many bytes the character has that begins with `lead`; 0 if none begins with it.
std::size_t length_from_lead(std::uint32_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The character at the front of `text`, which is not empty.
Character decode_front(std::string_view text) {
  const std::uint32_t lead = byte_at(text, 0);
  const Character bad{bad_byte_base + lead, 1};
  const std::size_t length = length_from_lead(lead);
  if (length == 1) return {lead, 1};
  if (length == 0 || length > text.size()) return bad;
  std::uint32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint32_t byte = byte_at(text, i);
    if ((byte & 0xC0U) != 0x80U) return bad;
    value = value << 6U | (byte & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return bad;
  return {value, length};
}

void append_encoded(std::string& text, char32_t character) {
  const auto value = static_cast<std::uint32_t>(character);
  const auto append = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  const auto append_continuation = [&](std::uint32_t shift) {
    append(0x80U | (value >> shift & 0x3FU));
  };
  if (value < 0x80) {
    append(value);
  } else if (value < 0x800) {
    append(0xC0U | value >> 6U);
    append_continuation(0);
  } else if (value < 0x10000) {
    append(0xE0U | value >> 12U);
    append_continuation(6);
    append_continuation(0);
  } else if (value < bad_byte_base) {
    append(0xF0U | value >> 18U);
    append_continuation(12);
    append_continuation(6);
    append_continuation(0);
  } else {
    ROUNDS_CHECK(value <= bad_byte_base + 0xFF, "only what decode_utf8 gives out can be encoded");
    append(value - bad_byte_base);
  }
}

}  // namespace

bool is_ascii(std::string_view text) {
  // No early exit, so that the compiler can take many bytes at once.
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

std::u32string decode_utf8(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  while (!text.empty()) {
    const Character character = decode_front(text);
    characters.push_back(character.value);
    text.remove_prefix(character.bytes);
  }
  return characters;
}

std::string encode_utf8(std::u32string_view characters) {
  std::string text;
  text.reserve(characters.size());
  for (const char32_t character : characters) append_encoded(text, character);
  return text;
}

std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  // A character that the cut would split begins at most three bytes before it.
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, max_bytes); ++back) {
    const std::size_t begin = max_bytes - back;
    if (decode_front(text.substr(begin)).bytes > back) return text.substr(0, begin);
  }
  return text.substr(0, max_bytes);
}

std::string_view excerpt(std::string_view text) {
  // Enough to recognise it; the rest would hide what is wrong with it.
  constexpr std::size_t max_excerpt_bytes = 64;
  return truncate_utf8(text, max_excerpt_bytes);
}

}  // namespace rounds
