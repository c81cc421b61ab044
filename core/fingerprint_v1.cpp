// Rules v1: what a message template is, written out by hand after six regular expressions of
// Python's re module. Each pass is the exact leftmost, non-overlapping replacement of one
// expression; since every group of digits is followed by something that is no digit, each can match
// in one way only at a given place, and no backtracking is needed. A failed attempt looks at a
// bounded number of characters, or at digits at which no other attempt can begin: linear time.
#include <algorithm>
#include <string>
#include <string_view>

#include "core/fingerprint.hpp"
#include "core/sha256.hpp"
#include "core/unicode_tables.hpp"
#include "core/utf8.hpp"

namespace rounds {
namespace {

constexpr std::size_t stack_hash_digits = 16;

// The matchers work on code points (char32_t), or directly on the bytes (char) of ASCII texts.
template <typename Char>
bool is_digit(Char character) {
  if (character >= '0' && character <= '9') return true;
  if constexpr (sizeof(Char) == 1) {
    return false;
  } else {
    return character >= 0x80 && is_unicode_digit(character);
  }
}

template <typename Char>
bool is_word(Char character) {
  const bool ascii_letter =
      (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
  if (ascii_letter || character == '_' || (character >= '0' && character <= '9')) return true;
  if constexpr (sizeof(Char) == 1) {
    return false;
  } else {
    return character >= 0x80 && is_unicode_word(character);
  }
}

template <typename Char>
bool is_hex_digit(Char character) {
  return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f') ||
         (character >= 'A' && character <= 'F');
}

template <typename Char>
using View = std::basic_string_view<Char>;

// Whether a word character stands at `position`, which is then no boundary after a digit.
template <typename Char>
bool word_at(View<Char> text, std::size_t position) {
  return position < text.size() && is_word(text[position]);
}

// The end of the digits that begin at `position`, looking at no more than `most`.
template <typename Char>
std::size_t end_of_digits(View<Char> text, std::size_t position, std::size_t most) {
  const std::size_t stop = position + std::min(most, text.size() - position);
  while (position < stop && is_digit(text[position])) ++position;
  return position;
}

// Where a pattern that has `character` at a fixed `offset` can begin.
struct Anchor {
  char character;
  std::size_t offset;

  // The first such place at or after `from`, or npos.
  template <typename Char>
  std::size_t operator()(View<Char> text, std::size_t from) const {
    const std::size_t found = text.find(static_cast<Char>(character), from + offset);
    return found == text.npos ? found : found - offset;
  }
};

// Where a pattern that begins with a boundary and a digit can begin.
struct NumberBegin {
  // The first such place at or after `from`, or npos.
  template <typename Char>
  std::size_t operator()(View<Char> text, std::size_t from) const {
    for (std::size_t position = from; position < text.size(); ++position) {
      if (!is_digit(text[position])) continue;
      if (position == 0 || !is_word(text[position - 1])) return position;
    }
    return text.npos;
  }
};

// Each pattern below knows where it can begin, and whether it does: match() returns the end of the
// match that begins at `position`, or `position` if there is none.

// \b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b
struct Ipv4Address {
  static constexpr NumberBegin candidate{};

  template <typename Char>
  static std::size_t match(View<Char> text, std::size_t position) {
    std::size_t end = position;
    for (int group = 1; group <= 4; ++group) {
      const std::size_t begin = end;
      end = end_of_digits(text, begin, 3);
      if (end == begin) return position;
      if (group == 4) break;
      if (end == text.size() || text[end] != '.') return position;
      ++end;
    }
    return word_at(text, end) ? position : end;
  }
};

// :\d+\b
struct Port {
  static constexpr Anchor candidate{':', 0};

  template <typename Char>
  static std::size_t match(View<Char> text, std::size_t position) {
    const std::size_t begin = position + 1;
    const std::size_t end = end_of_digits(text, begin, text.size());
    return end == begin || word_at(text, end) ? position : end;
  }
};

// \b\d{3,}\b
struct LongNumber {
  static constexpr NumberBegin candidate{};

  template <typename Char>
  static std::size_t match(View<Char> text, std::size_t position) {
    const std::size_t end = end_of_digits(text, position, text.size());
    return end - position < 3 || word_at(text, end) ? position : end;
  }
};

// The end of the text at `position` that looks like `shape`, in which '0' stands for any character
// that `is_wanted` accepts and everything else for itself; `position` if it looks different.
template <typename Char, typename Predicate>
std::size_t match_shape(View<Char> text, std::size_t position, std::string_view shape,
                        Predicate is_wanted) {
  if (text.size() - position < shape.size()) return position;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const Char character = text[position + i];
    const bool fits =
        shape[i] == '0' ? is_wanted(character) : character == static_cast<Char>(shape[i]);
    if (!fits) return position;
  }
  return position + shape.size();
}

// \d{4}-\d{2}-\d{2}
struct Date {
  static constexpr Anchor candidate{'-', 4};

  template <typename Char>
  static std::size_t match(View<Char> text, std::size_t position) {
    return match_shape(text, position, "0000-00-00", is_digit<Char>);
  }
};

// \d{2}:\d{2}:\d{2}
struct TimeOfDay {
  static constexpr Anchor candidate{':', 2};

  template <typename Char>
  static std::size_t match(View<Char> text, std::size_t position) {
    return match_shape(text, position, "00:00:00", is_digit<Char>);
  }
};

// [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}, ignoring case
struct Uuid {
  static constexpr Anchor candidate{'-', 8};

  template <typename Char>
  static std::size_t match(View<Char> text, std::size_t position) {
    return match_shape(text, position, "00000000-0000-0000-0000-000000000000", is_hex_digit<Char>);
  }
};

// Replaces every match of `Pattern` in `text` by `replacement`, from left to right.
template <typename Pattern, typename Char>
void replace_matches(std::basic_string<Char>& text, std::string_view replacement) {
  const View<Char> view = text;
  std::basic_string<Char> replaced;
  std::size_t copied = 0;
  std::size_t position = Pattern::candidate(view, 0);
  while (position != view.npos) {
    const std::size_t end = Pattern::match(view, position);
    if (end == position) {
      position = Pattern::candidate(view, position + 1);
      continue;
    }
    replaced.append(view.substr(copied, position - copied));
    replaced.append(replacement.begin(), replacement.end());
    copied = end;
    position = Pattern::candidate(view, end);
  }
  if (copied == 0) return;  // no match: nothing to copy
  replaced.append(view.substr(copied));
  text = std::move(replaced);
}

template <typename Char>
void replace_variable_parts(std::basic_string<Char>& text) {
  replace_matches<Ipv4Address>(text, "*");
  replace_matches<Port>(text, ":*");
  replace_matches<LongNumber>(text, "*");
  replace_matches<Date>(text, "*");
  replace_matches<TimeOfDay>(text, "*");
  replace_matches<Uuid>(text, "*");
}

}  // namespace

std::string message_template_v1(std::string_view message) {
  if (is_ascii(message)) {
    std::string text(message);
    replace_variable_parts(text);
    return text;
  }
  std::u32string characters = decode_utf8(message);
  replace_variable_parts(characters);
  return encode_utf8(characters);
}

std::string stack_hash_v1(std::span<const StackFrame> frames) {
  std::string joined;
  for (const StackFrame& frame : frames) {
    if (&frame != &frames.front()) joined += '|';
    joined.append(frame.module).append("::").append(frame.function);
  }
  return sha256_hex(joined).substr(0, stack_hash_digits);
}

SignatureIdentity identify_v1(std::string_view error_type, std::string_view service,
                              std::string_view message, std::span<const StackFrame> frames) {
  SignatureIdentity identity;
  identity.error_type = error_type;
  identity.service = service;
  identity.message_template = message_template_v1(message);
  identity.stack_hash = stack_hash_v1(frames);
  std::string key = identity.error_type;
  key.append("|").append(identity.service);
  key.append("|").append(identity.message_template);
  key.append("|").append(identity.stack_hash);
  identity.fingerprint = sha256_hex(key);
  return identity;
}

}  // namespace rounds
