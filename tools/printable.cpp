#include "tools/printable.hpp"

#include <algorithm>
#include <array>
#include <clocale>
#include <cwchar>

#include <fmt/format.h>
#include <locale.h>

#include "core/utf8.hpp"

namespace rounds::tools {
namespace {

constexpr char32_t replacement_character = 0xFFFD;
constexpr std::string_view ellipsis = "…";

struct Range {
  char32_t first;
  char32_t last;
};

// Control characters, and the format characters that change the direction of writing, break lines
// or show nothing.
constexpr std::array driving{Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0x061C, 0x061C},
                             Range{0x200B, 0x200F}, Range{0x2028, 0x202E}, Range{0x2060, 0x206F},
                             Range{0xFEFF, 0xFEFF}, Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE007F}};

bool drives_terminal(char32_t character) {
  return std::ranges::any_of(driving, [character](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

std::string escape(char32_t character) {
  if (character == U'\n') return "\\n";
  if (character == U'\t') return "\\t";
  if (character == U'\r') return "\\r";
  const auto number = static_cast<std::uint32_t>(character);
  return number <= 0xFF ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

// The columns of one character, from the tables of the C library, which need a UTF-8 locale.
class CharacterWidth {
 public:
  CharacterWidth() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  ~CharacterWidth() {
    if (locale_ != nullptr) ::freelocale(locale_);
  }
  CharacterWidth(const CharacterWidth&) = delete;
  CharacterWidth& operator=(const CharacterWidth&) = delete;

  [[nodiscard]] std::size_t of(char32_t character) const {
    if (locale_ == nullptr) return 1;
    const ::locale_t before = ::uselocale(locale_);
    const int width = ::wcwidth(static_cast<wchar_t>(character));
    ::uselocale(before);
    return width < 0 ? 1 : static_cast<std::size_t>(width);
  }

 private:
  ::locale_t locale_;
};

std::size_t width_of(char32_t character) {
  static const CharacterWidth widths;
  return character < 0x80 ? 1 : widths.of(character);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char32_t character : decode_utf8(text)) {
    if (drives_terminal(character)) {
      result += escape(character);
    } else {
      const bool bad = character >= bad_byte_base;
      result += encode_utf8(std::u32string(1, bad ? replacement_character : character));
    }
  }
  return result;
}

std::size_t width_of(std::string_view text) {
  if (is_ascii(text)) return text.size();
  std::size_t width = 0;
  for (const char32_t character : decode_utf8(text)) width += width_of(character);
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  std::u32string kept;
  std::size_t width = 1;  // of the ellipsis
  for (const char32_t character : decode_utf8(text)) {
    width += width_of(character);
    if (width > columns) break;
    kept += character;
  }
  return encode_utf8(kept).append(ellipsis);
}

}  // namespace rounds::tools
