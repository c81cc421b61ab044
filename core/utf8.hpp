// UTF-8 as texts from outside really are: mostly ASCII, sometimes cut or damaged.
//
// Nothing here fails: bytes that are not UTF-8 (overlong forms, surrogates and truncated sequences
// among them) are single characters of their own and survive decoding and encoding unchanged. Pure
// functions: usable from any thread. All are linear in the length of the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rounds {

// A byte that is not UTF-8 decodes to this plus its value: beyond all code points.
inline constexpr char32_t bad_byte_base = 0x110000;

[[nodiscard]] bool is_ascii(std::string_view text);

// The characters of `text`. Takes four bytes for each.
[[nodiscard]] std::u32string decode_utf8(std::string_view text);

// The inverse of decode_utf8: for every text, encode_utf8(decode_utf8(text)) == text. Takes nothing
// but what decode_utf8 can give out, or subsequences of that.
[[nodiscard]] std::string encode_utf8(std::u32string_view characters);

// The longest beginning of `text` that has at most `max_bytes` and cuts no valid character in two.
// A view into `text`.
[[nodiscard]] std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);

// What a message to people repeats of a text from outside: its beginning, at most 64 bytes, cut as
// by truncate_utf8(). A view into `text`.
[[nodiscard]] std::string_view excerpt(std::string_view text);

}  // namespace rounds
