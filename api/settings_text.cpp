#include "api/settings_text.hpp"

#include <algorithm>

namespace rounds::api {
namespace {

constexpr std::string_view spaces = " \t\r";

bool ends_with_equals_sign(std::string_view text) {
  const std::size_t last = text.find_last_not_of(spaces);
  return last != std::string_view::npos && text[last] == '=';
}

void drop_last_comma(std::string& text) {
  const std::size_t last = text.find_last_not_of(spaces);
  if (last != std::string::npos && text[last] == ',') text.resize(last);
}

}  // namespace

std::string with_arrays_on_one_line(std::string_view toml) {
  std::string text;
  text.reserve(toml.size());
  char quote = '\0';  // that ends the text around; none: there is none
  std::size_t depth = 0;
  for (std::size_t i = 0; i < toml.size(); ++i) {
    const char c = toml[i];
    if (quote != '\0') {
      const bool is_escaped = c == '\\' && quote == '"' && i + 1 < toml.size();
      text += c;
      if (is_escaped) text += toml[++i];
      // No text goes on behind its line: one without an end is for the parser to refuse.
      if (c == quote || c == '\n') quote = '\0';
    } else if (c == '#') {
      const std::size_t end = std::min(toml.find('\n', i), toml.size());
      if (depth == 0) text += toml.substr(i, end - i);
      i = end - 1;
    } else if (c == '\n' && depth > 0) {
      text += ' ';
    } else {
      if (c == '"' || c == '\'') quote = c;
      if (c == '[' && (depth > 0 || ends_with_equals_sign(text))) ++depth;
      if (c == ']' && depth > 0) {
        drop_last_comma(text);
        --depth;
      }
      text += c;
    }
  }
  return text;
}

}  // namespace rounds::api
