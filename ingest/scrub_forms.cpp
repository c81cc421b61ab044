// Secrets that are known by their form: keys of services, tokens, private keys, card numbers.
#include <algorithm>
#include <array>
#include <span>

#include "ingest/scrub_rules.hpp"

namespace rounds::scrub {
namespace {

using Predicate = bool (*)(char);

bool is_upper_or_digit(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z');
}

bool is_word(char c) {
  return is_letter_or_digit(c) || c == '_';
}

bool is_base64url(char c) {
  return is_word(c) || c == '-';
}

bool is_path(char c) {
  return is_base64url(c) || c == '/';
}

bool is_token68(char c) {
  return is_base64url(c) || std::string_view("./+~=").contains(c);
}

// A key is a prefix and at least so many characters of a kind.
struct Form {
  std::string_view prefix;
  std::size_t least;
  Predicate takes;
};

constexpr std::array forms{
    Form{"AKIA", 16, is_upper_or_digit},
    Form{"ASIA", 16, is_upper_or_digit},
    Form{"AIza", 35, is_base64url},
    Form{"ghp_", 36, is_word},
    Form{"gho_", 36, is_word},
    Form{"ghu_", 36, is_word},
    Form{"ghs_", 36, is_word},
    Form{"ghr_", 36, is_word},
    Form{"github_pat_", 22, is_word},
    Form{"glpat-", 20, is_base64url},
    Form{"xoxa-", 10, is_base64url},
    Form{"xoxb-", 10, is_base64url},
    Form{"xoxe-", 10, is_base64url},
    Form{"xoxp-", 10, is_base64url},
    Form{"xoxr-", 10, is_base64url},
    Form{"xoxs-", 10, is_base64url},
    Form{"xapp-", 10, is_base64url},
    Form{"sk_live_", 16, is_word},
    Form{"sk_test_", 16, is_word},
    Form{"rk_live_", 16, is_word},
    Form{"sk-", 32, is_base64url},
    Form{"npm_", 36, is_word},
    Form{"hooks.slack.com/", 20, is_path},
};

// Behind the last of the characters from `at` on that `takes` takes.
std::size_t end_of(std::string_view text, std::size_t at, Predicate takes) {
  while (at < text.size() && takes(text[at])) ++at;
  return at;
}

std::optional<Secret> find_key(std::string_view text, std::size_t at) {
  for (const Form& form : forms) {
    if (form.prefix.front() != text[at] || !text.substr(at).starts_with(form.prefix)) continue;
    const std::size_t tail = at + form.prefix.size();
    const std::size_t end = end_of(text, tail, form.takes);
    const bool is_whole = end == text.size() || !is_word(text[end]);
    if (is_whole && end - tail >= form.least) return Secret{at, end};
  }
  return std::nullopt;
}

// header.payload.signature in base64url, where the header is JSON: {"
std::optional<Secret> find_web_token(std::string_view text, std::size_t at) {
  constexpr std::size_t least = 10;  // of header and payload
  if (!text.substr(at).starts_with("eyJ")) return std::nullopt;
  // Where one has been looked for already, there is none.
  if (at > 0 && is_base64url(text[at - 1])) return std::nullopt;
  const std::size_t header = end_of(text, at, is_base64url);
  if (header - at < least || header == text.size() || text[header] != '.') return std::nullopt;
  const std::size_t payload = end_of(text, header + 1, is_base64url);
  if (payload - header <= least) return std::nullopt;
  const bool is_signed = payload < text.size() && text[payload] == '.';
  return Secret{at, is_signed ? end_of(text, payload + 1, is_base64url) : payload};
}

std::optional<Secret> find_private_key(std::string_view text, std::size_t at) {
  constexpr std::string_view opening = "-----BEGIN ";
  constexpr std::string_view kind = "PRIVATE KEY";
  constexpr std::string_view closing = "-----END ";
  constexpr std::string_view dashes = "-----";
  constexpr std::size_t longest_label = 64;
  if (!text.substr(at).starts_with(opening)) return std::nullopt;
  const std::string_view label = text.substr(at + opening.size(), longest_label);
  const std::size_t label_end = label.find(dashes);
  if (label_end == std::string_view::npos || !label.substr(0, label_end).contains(kind)) {
    return std::nullopt;
  }
  // Cut texts have no end: then all of the rest is key.
  const std::size_t end = text.find(closing, at + opening.size());
  if (end == std::string_view::npos) return Secret{at, text.size()};
  const std::size_t behind = end + closing.size();
  const std::size_t last = text.substr(behind, longest_label).find(dashes);
  return Secret{at, last == std::string_view::npos ? behind : behind + last + dashes.size()};
}

// What stands behind the word Bearer or Basic and is no word itself.
std::optional<Secret> find_credential(std::string_view text, std::size_t at) {
  constexpr std::size_t least = 16;  // prose goes on with shorter words
  const auto begins_with = [&](std::string_view word) {
    const std::string_view found = text.substr(at, word.size());
    return std::ranges::equal(found, word, [](char c, char lower) { return (c | 0x20) == lower; });
  };
  const std::size_t word = begins_with("bearer") ? 6 : begins_with("basic") ? 5 : 0;
  if (word == 0) return std::nullopt;
  const std::size_t begin = at + word + 1;
  if (begin >= text.size() || text[begin - 1] != ' ') return std::nullopt;
  const std::size_t end = end_of(text, begin, is_token68);
  const auto is_telling = [](char c) { return is_digit(c) || c == '='; };
  const std::string_view credential = text.substr(begin, end - begin);
  if (credential.size() < least || std::ranges::none_of(credential, is_telling)) {
    return std::nullopt;
  }
  return Secret{begin, end};
}

// Cards.

constexpr std::size_t least_digits = 13;
constexpr std::size_t most_digits = 19;

// As they are printed on cards; all begin with the same size.
constexpr std::array<std::array<std::size_t, 5>, 4> printed_groups{
    {{4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}, {4, 4, 4, 4, 3}}};

struct CardNumber {
  std::array<std::uint8_t, most_digits> digits{};
  std::size_t size = 0;
};

// Which first digits and lengths the issuers use.
bool has_issuer(const CardNumber& card) {
  const auto prefix = [&card](std::size_t digits) {
    unsigned value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + card.digits.at(i);
    return value;
  };
  const auto within = [](unsigned value, unsigned first, unsigned last) {
    return value >= first && value <= last;
  };
  const bool visa = prefix(1) == 4 && (card.size == 13 || card.size == 16 || card.size == 19);
  const bool mastercard =
      card.size == 16 && (within(prefix(2), 51, 55) || within(prefix(4), 2221, 2720));
  const bool american_express = card.size == 15 && (prefix(2) == 34 || prefix(2) == 37);
  const bool diners = card.size == 14 && (within(prefix(3), 300, 305) || prefix(2) == 36 ||
                                          prefix(2) == 38 || prefix(2) == 39);
  const bool long_ones =  // Discover, JCB, UnionPay
      card.size >= 16 && (prefix(4) == 6011 || prefix(2) == 65 || within(prefix(3), 644, 649) ||
                          within(prefix(4), 3528, 3589) || prefix(2) == 62);
  return visa || mastercard || american_express || diners || long_ones;
}

// ISO/IEC 7812: every second digit from the right counts twice.
bool has_check_digit(const CardNumber& card) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < card.size; ++i) {
    unsigned digit = card.digits.at(card.size - 1 - i);
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

// Reads digits, in groups of the given sizes with one and the same separator between them. Returns
// the end; 0 if there are none of that form, or more digits follow.
std::size_t read_groups(std::string_view text, std::size_t at, std::span<const std::size_t> sizes,
                        CardNumber& card) {
  char separator = 0;
  for (const std::size_t size : sizes) {
    if (size == 0) break;
    if (card.size > 0) {
      if (at >= text.size() || (text[at] != ' ' && text[at] != '-')) return 0;
      if (separator != 0 && text[at] != separator) return 0;
      separator = text[at++];
    }
    for (std::size_t i = 0; i < size; ++i, ++at) {
      if (at >= text.size() || !is_digit(text[at])) return 0;
      card.digits.at(card.size++) = static_cast<std::uint8_t>(text[at] - '0');
    }
  }
  return at < text.size() && is_word(text[at]) ? 0 : at;
}

}  // namespace

std::optional<Secret> find_by_form(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '-':
      return find_private_key(text, at);
    case 'e':
      return find_web_token(text, at);
    case 'b':
    case 'B':
      return find_credential(text, at);
    default:
      return find_key(text, at);
  }
}

std::optional<Secret> find_card(std::string_view text, std::size_t from, std::size_t at) {
  // The fraction of a number is none.
  if (at > from + 1 && text[at - 1] == '.' && is_digit(text[at - 2])) return std::nullopt;
  std::size_t run = at;
  while (run < text.size() && run - at <= most_digits && is_digit(text[run])) ++run;
  const auto check = [at](const CardNumber& card, std::size_t end) -> std::optional<Secret> {
    if (end == 0 || !has_issuer(card) || !has_check_digit(card)) return std::nullopt;
    return Secret{at, end, SecretKind::digits};
  };
  const std::size_t length = run - at;
  if (length >= least_digits && length <= most_digits) {
    CardNumber card;
    const std::size_t end = read_groups(text, at, std::array{length}, card);
    return check(card, end);
  }
  if (length != printed_groups.front().front()) return std::nullopt;
  for (const auto& sizes : printed_groups) {
    CardNumber card;
    const std::size_t end = read_groups(text, at, sizes, card);
    if (const auto found = check(card, end)) return found;
  }
  return std::nullopt;
}

}  // namespace rounds::scrub
