#include "ingest/clean_text.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace rounds {

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  constexpr char32_t replacement_character = 0xFFFD;
  const std::string_view head = truncate_utf8(text, max_bytes);
  if (is_ascii(head)) return std::string(head);
  std::u32string characters = decode_utf8(head);
  std::ranges::replace_if(
      characters, [](char32_t character) { return character >= bad_byte_base; },
      replacement_character);
  std::string clean = encode_utf8(characters);
  // Replacements are longer than what they replace.
  clean.resize(truncate_utf8(clean, max_bytes).size());
  return clean;
}

}  // namespace rounds
