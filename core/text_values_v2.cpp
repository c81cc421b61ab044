// The variable parts that are values: numbers with their units, random texts, atoms with digits.
#include <algorithm>
#include <array>
#include <string>

#include "core/grouping_tables_v2.hpp"
#include "core/text_tokens_v2.hpp"

namespace rounds::v2 {
namespace {

using Text = std::string_view;

bool ends_atom(Text text, std::size_t at) {
  return at >= text.size() || !is_atom(text[at]);
}

enum class Kind : unsigned char { lower, upper, digit, other };

Kind kind_of(char c) {
  if (c >= 'a' && c <= 'z') return Kind::lower;
  if (c >= 'A' && c <= 'Z') return Kind::upper;
  return is_digit(c) ? Kind::digit : Kind::other;
}

// Whether the digits that end before `end` belong to a technical word, as in "Base64Decoder": the
// word begins at a capital letter or where the letters begin.
bool is_technical(Text atom, std::size_t digits_begin, std::size_t digits_end) {
  constexpr std::size_t longest_word = 10;
  std::size_t begin = digits_begin;
  while (begin > 0 && is_ascii_letter(atom[begin - 1])) {
    --begin;
    if (atom[begin] >= 'A' && atom[begin] <= 'Z' &&
        (begin == 0 || !(atom[begin - 1] >= 'A' && atom[begin - 1] <= 'Z'))) {
      break;
    }
    if (digits_begin - begin > longest_word) return false;
  }
  // "k8s" and "4xx" go on behind their digits.
  std::size_t end = digits_end;
  std::string word;
  for (std::size_t i = begin; i < end; ++i) word += to_lower(atom[i]);
  if (is_technical_word(word)) return true;
  while (end < atom.size() && end - begin < longest_word && atom[end] >= 'a' && atom[end] <= 'z') {
    word += atom[end++];
  }
  return is_technical_word(word);
}

// The end of a unit directly behind a number; `at` if none stands there.
std::size_t end_of_unit(Text text, std::size_t at) {
  constexpr std::size_t longest = 8;
  std::string word;
  std::size_t end = at;
  while (end < text.size() && end - at <= longest && is_atom(text[end]) && !is_digit(text[end])) {
    word += to_lower(text[end++]);
  }
  return is_unit(word) ? end : at;
}

struct Digits {
  std::size_t end;
  std::size_t end_before_last;  // of the groups before the last one; the begin if there are none
};

// Digits with separators between them: "1,234.5", "1.2.3".
Digits end_of_digits(Text text, std::size_t at) {
  Digits digits{at, at};
  while (digits.end < text.size()) {
    const std::size_t end = digits.end;
    if (is_digit(text[end])) {
      ++digits.end;
    } else if (end > at && (text[end] == '.' || text[end] == ',') && end + 1 < text.size() &&
               is_digit(text[end + 1])) {
      digits.end_before_last = end;
      digits.end = end + 2;
    } else {
      break;
    }
  }
  return digits;
}

// "1.5e-7": the end behind the exponent.
std::size_t end_of_exponent(Text text, std::size_t at) {
  constexpr std::size_t most_digits = 4;
  if (at >= text.size() || to_lower(text[at]) != 'e') return at;
  std::size_t begin = at + 1;
  if (begin < text.size() && (text[begin] == '+' || text[begin] == '-')) ++begin;
  std::size_t end = begin;
  while (end < text.size() && end - begin < most_digits && is_digit(text[end])) ++end;
  return end > begin && ends_atom(text, end) ? end : at;
}

std::size_t end_of_spaced_unit(Text text, std::size_t at) {
  constexpr std::size_t longest = 12;
  if (at >= text.size() || text[at] != ' ') return at;
  std::string word;
  std::size_t end = at + 1;
  while (end < text.size() && word.size() <= longest && is_atom(text[end])) {
    word += to_lower(text[end++]);
  }
  return is_spaced_unit(word) ? end : at;
}

}  // namespace

std::size_t match_number(Text text, std::size_t at, std::size_t& digits_end) {
  constexpr int most_parts = 8;  // of a duration: "1w2d3h4m5s6ms7us8ns"
  const Digits digits = end_of_digits(text, at);
  digits_end = digits.end;
  if (digits_end == at) return at;
  const std::size_t exponent = end_of_exponent(text, digits_end);
  if (exponent != digits_end) return digits_end = exponent;
  // A duration ends with a unit: "1m30s", but not "3d45", which is a part of a hash.
  std::size_t end = digits_end;
  std::size_t next = end;
  for (int part = 0; part < most_parts; ++part) {
    const std::size_t unit = end_of_unit(text, next);
    if (unit == next) break;
    end = unit;
    next = end_of_digits(text, unit).end;
  }
  if (!ends_atom(text, end)) {
    // Other scripts write no space between a number and a word; "12abc" is no number.
    const bool other_script = static_cast<unsigned char>(text[digits.end]) >= 0x80;
    if (!other_script) digits_end = digits.end_before_last;
    return digits_end;
  }
  if (end < text.size() && text[end] == '%') return end + 1;
  if (end != digits_end) return end;
  const std::size_t spaced = end_of_spaced_unit(text, end);
  if (spaced == end && text.substr(end).starts_with(" %")) return end + 2;
  return spaced;
}

std::size_t end_of_opaque_run(Text text, std::size_t at) {
  while (at < text.size() && (is_ascii_letter(text[at]) || is_digit(text[at]) ||
                              Text("+/=_-").find(text[at]) != Text::npos)) {
    ++at;
  }
  return at;
}

bool looks_random(Text run) {
  constexpr std::size_t shortest = 20;
  if (run.size() < shortest) return false;
  std::size_t changes = 0;
  std::array<std::size_t, 4> seen{};
  for (std::size_t i = 0; i < run.size(); ++i) {
    ++seen[static_cast<std::size_t>(kind_of(run[i]))];
    if (i > 0 && kind_of(run[i]) != kind_of(run[i - 1])) ++changes;
  }
  const bool mixed = 8 * std::min(seen[0], seen[1]) >= run.size();
  if (!mixed || 3 * changes < run.size()) return false;
  // "Customer_F47AC10B-58CC-4372-A567-0E02B2C3D422" has a part that says more.
  for (std::size_t i = 0; i < run.size(); ++i) {
    if ((i == 0 || !is_atom(run[i - 1])) && match_uuid(run, i) != i) return false;
  }
  return true;
}

AtomKind kind_of_atom(Text atom) {
  std::size_t runs = 0;
  bool technical = true;
  bool all_hex = true;
  std::size_t last_begin = 0;
  for (std::size_t i = 0; i < atom.size();) {
    all_hex = all_hex && is_hex_digit(atom[i]);
    if (!is_digit(atom[i])) {
      ++i;
      continue;
    }
    last_begin = i;
    while (i < atom.size() && is_digit(atom[i])) ++i;
    ++runs;
    // Looked at for the first few only: a word with more is none.
    technical = technical && runs <= 3 && is_technical(atom, last_begin, i);
  }
  if (runs == 0 || technical) return AtomKind::word;
  constexpr std::size_t shortest_hash = 6;
  if (all_hex && atom.size() >= shortest_hash) return AtomKind::value;
  const bool ends_with_digits = is_digit(atom.back());
  return runs == 1 && last_begin > 0 && ends_with_digits ? AtomKind::numbered_word
                                                         : AtomKind::value;
}

}  // namespace rounds::v2
