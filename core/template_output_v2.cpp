#include "core/template_output_v2.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/grouping_tables_v2.hpp"
#include "core/limits.hpp"
#include "core/text_tokens_v2.hpp"
#include "core/utf8.hpp"

namespace rounds::v2 {
namespace {

using Text = std::string_view;

constexpr std::array<Text, 6> placeholders{"<value>",   "<uuid>",  "<time>",
                                           "<address>", "<email>", "<path>"};

bool ends_with_word(Text text, Text word) {
  if (text.size() < word.size()) return false;
  const Text tail = text.substr(text.size() - word.size());
  const bool same =
      std::ranges::equal(tail, word, [](char left, char right) { return to_lower(left) == right; });
  if (!same) return false;
  return tail.size() == text.size() || !is_ascii_letter(text[text.size() - word.size() - 1]);
}

}  // namespace

void TemplateOutput::add_literal(Text literal) {
  const Text fitting = truncate_utf8(literal, limits::max_template_bytes - text_.size());
  for (const char c : fitting) {
    text_ += c;
    if (c == '>') escape_last();
    if (full_) return;
  }
  full_ = fitting.size() < literal.size();
}

void TemplateOutput::add_space() {
  if (!text_.empty() && text_.back() != ' ') add_literal(' ');
}

void TemplateOutput::add_placeholder(Text name, Text open, Text close) {
  constexpr std::array<Text, 6> separators{", ", ",", " ", "; ", ".", "-"};
  std::string unit;
  unit.append(open).append(name).append(close);
  for (const Text separator : separators) {
    if (!text_.ends_with(separator)) continue;
    const std::size_t end = text_.size() - separator.size();
    if (placeholder_end_ == end && Text(text_).substr(0, end).ends_with(unit)) {
      text_.resize(end);
      return;
    }
  }
  const std::size_t added = open.empty() ? count_backslashes(text_.size()) : 0;
  if (text_.size() + added + unit.size() > limits::max_template_bytes) {
    full_ = true;
    return;
  }
  text_.append(added, '\\');
  text_ += unit;
  placeholder_end_ = text_.size();
}

std::string TemplateOutput::take() {
  while (text_.ends_with(' ')) text_.pop_back();
  return std::move(text_);
}

// If the message itself says "<value>", a backslash tells it from a placeholder.
void TemplateOutput::escape_last() {
  for (const Text name : placeholders) {
    if (!text_.ends_with(name)) continue;
    const std::size_t begin = text_.size() - name.size();
    const std::size_t added = count_backslashes(begin) + 1;
    if (text_.size() + added > limits::max_template_bytes) {
      full_ = true;
      text_.pop_back();
    } else {
      text_.insert(begin, added, '\\');
    }
    return;
  }
}

// The backslashes in front of `end`.
std::size_t TemplateOutput::count_backslashes(std::size_t end) const {
  std::size_t begin = end;
  while (begin > 0 && text_[begin - 1] == '\\') --begin;
  return end - begin;
}

bool ends_with_any(Text text, std::span<const Text> words) {
  return std::ranges::any_of(words, [text](Text word) { return ends_with_word(text, word); });
}

Text strip_end(Text text, Text characters, std::size_t most) {
  for (; most > 0 && !text.empty() && characters.find(text.back()) != Text::npos; --most) {
    text.remove_suffix(1);
  }
  return text;
}

bool announces_code(Text before, Text number) {
  constexpr std::size_t longest_code = 10;
  if (number.size() > longest_code) return false;
  if (ends_with_any(strip_end(before, " :=#([-\"'", 3), code_words())) return true;
  if (!before.ends_with(' ')) return false;
  before.remove_suffix(1);
  if (ends_with_any(before, weak_code_words())) return true;
  const bool is_status = number.size() == 3 && number[0] >= '1' && number[0] <= '5' &&
                         std::ranges::all_of(number, is_digit);
  return is_status && ends_with_any(before, status_verbs());
}

}  // namespace rounds::v2
