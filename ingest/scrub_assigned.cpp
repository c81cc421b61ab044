// Secrets that are known by the name of what they are assigned to, and passwords in URLs.
#include <algorithm>
#include <array>
#include <string>

#include "ingest/scrub.hpp"
#include "ingest/scrub_rules.hpp"

namespace rounds::scrub {
namespace {

// Names longer than that are not names.
constexpr std::size_t max_key_bytes = 64;

// Words of prose behind a colon are shorter, and have no digits.
constexpr std::size_t surely_secret_bytes = 20;
constexpr std::size_t least_secret_bytes = 4;

// How the names of secrets end, in lower case and without separators: clientSecret, DB_PASSWORD.
constexpr std::array<std::string_view, 22> endings{
    "password",  "passwd",     "pwd",           "passphrase",    "passwordhash", "secret",
    "token",     "apikey",     "accesskey",     "secretkey",     "privatekey",   "signingkey",
    "masterkey", "accountkey", "encryptionkey", "authorization", "credential",   "credentials",
    "cookie",    "sessionid",  "jwt",           "sessionkey"};

// Names that mean a secret only as a whole.
constexpr std::array<std::string_view, 8> whole_names{"pass", "auth", "pin", "otp",
                                                      "cvv",  "cvc",  "ssn", "sessid"};

// Only as parameters of a URL: elsewhere they are words as others are.
constexpr std::array<std::string_view, 4> query_names{"key", "sig", "signature", "xamzcredential"};

// Values that are there to say that there is none.
constexpr std::array<std::string_view, 8> no_values{"null", "none",  "nil",   "undefined",
                                                    "true", "false", "empty", "missing"};

constexpr std::array<std::string_view, 10> schemes{
    "basic", "bearer", "digest", "negotiate", "ntlm",
    "token", "apikey", "sentry", "signature", "aws4-hmac-sha256"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

bool is_key(char c) {
  return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
}

// What ends a value without quotes.
bool ends_value(char c) {
  return static_cast<unsigned char>(c) <= ' ' || is_quote(c) ||
         std::string_view("&,;<>()[]{}|\\").contains(c);
}

bool equals_in_lower(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, [](char c, char w) { return lower(c) == w; });
}

template <std::size_t size>
bool is_one_of(std::string_view text, const std::array<std::string_view, size>& words) {
  return std::ranges::any_of(words,
                             [text](std::string_view word) { return equals_in_lower(text, word); });
}

// What stands left of the delimiter.
struct Key {
  std::string name;  // in lower case, without separators; empty: there is none
  bool quoted = false;
  bool loose = false;  // white space before the delimiter
  bool in_query = false;
};

Key read_key(std::string_view text, std::size_t from, std::size_t at) {
  Key key;
  std::size_t end = at;
  while (end > from && at - end < max_key_bytes && is_blank(text[end - 1])) --end;
  key.loose = end != at;
  if (end > from && (is_quote(text[end - 1]) || text[end - 1] == ']')) {
    key.quoted = is_quote(text[end - 1]);
    --end;
    if (key.quoted && end > from && text[end - 1] == '\\') --end;
  }
  std::size_t begin = end;
  while (begin > from && end - begin < max_key_bytes && is_key(text[begin - 1])) --begin;
  for (const char c : text.substr(begin, end - begin)) {
    if (is_letter_or_digit(c)) key.name += lower(c);
  }
  key.in_query = begin > 0 && (text[begin - 1] == '?' || text[begin - 1] == '&');
  return key;
}

bool names_secret(const Key& key) {
  const auto ends = [&key](std::string_view ending) { return key.name.ends_with(ending); };
  return std::ranges::any_of(endings, ends) || is_one_of(key.name, whole_names) ||
         (key.in_query && (is_one_of(key.name, query_names) || key.name.ends_with("signature")));
}

// What stands right of the delimiter.
struct Value {
  std::size_t begin = 0;
  std::size_t end = 0;  // begin: there is none
  bool quoted = false;
  bool loose = false;  // white space before it
};

// The end of the quoted text that begins at `begin`; npos if it ends nowhere in its line.
std::size_t find_closing_quote(std::string_view text, std::size_t begin, char quote, bool escaped) {
  for (std::size_t i = begin; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (escaped && text[i + 1] == quote) return i;
      ++i;
    } else if (text[i] == quote) {
      return i;
    }
  }
  return std::string_view::npos;
}

Value read_value(std::string_view text, std::size_t begin) {
  Value value;
  std::size_t at = begin;
  while (at < text.size() && at - begin < max_key_bytes && is_blank(text[at])) ++at;
  value.loose = at != begin;
  const bool escaped = at + 1 < text.size() && text[at] == '\\' && is_quote(text[at + 1]);
  if (escaped) ++at;
  if (at < text.size() && is_quote(text[at])) {
    value.begin = at + 1;
    value.end = find_closing_quote(text, value.begin, text[at], escaped);
    value.quoted = value.end != std::string_view::npos;
    if (value.quoted) return value;
    ++at;
  }
  value.begin = at;
  while (at < text.size() && !ends_value(text[at])) ++at;
  value.end = at;
  return value;
}

// Whether a value is no word of prose.
bool looks_secret(std::string_view value) {
  if (value.size() < least_secret_bytes || value.contains(scrubbed_marker)) return false;
  return value.size() >= surely_secret_bytes || std::ranges::any_of(value, is_digit);
}

bool is_header_name(const Key& key) {
  return key.name.ends_with("authorization") || key.name.ends_with("cookie");
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
  return std::min(text.find_first_of("\r\n", at), text.size());
}

// The value of an Authorization or Cookie header, which has spaces in it.
std::optional<Secret> find_header_value(std::string_view text, const Key& key, const Value& value) {
  const std::string_view first = text.substr(value.begin, value.end - value.begin);
  if (key.name.ends_with("cookie")) {
    if (!first.contains('=')) return std::nullopt;
    return Secret{value.begin, end_of_line(text, value.begin)};
  }
  const bool is_scheme =
      is_one_of(first, schemes) && value.end < text.size() && is_blank(text[value.end]);
  if (!is_scheme) return std::nullopt;
  const bool one_token = equals_in_lower(first, "basic") || equals_in_lower(first, "bearer") ||
                         equals_in_lower(first, "token") || equals_in_lower(first, "negotiate");
  if (!one_token) return Secret{value.begin, end_of_line(text, value.begin)};
  const Value token = read_value(text, value.end);
  if (token.begin >= token.end || text.substr(token.begin).starts_with(scrubbed_marker)) {
    return std::nullopt;
  }
  return Secret{value.begin, token.end};
}

}  // namespace

std::optional<Secret> find_assigned(std::string_view text, std::size_t from, std::size_t at) {
  const char delimiter = text[at];
  const char before = at > 0 ? text[at - 1] : '\0';
  const char after = at + 1 < text.size() ? text[at + 1] : '\0';
  // Comparisons and C++'s scopes assign nothing.
  if (after == delimiter || before == delimiter) return std::nullopt;
  if (delimiter == '=' && (before == '!' || before == '<' || before == '>')) return std::nullopt;
  const Key key = read_key(text, from, at);
  if (!names_secret(key)) return std::nullopt;
  const bool arrow = delimiter == '=' && after == '>';
  const Value value = read_value(text, at + (arrow ? 2 : 1));
  if (value.begin >= value.end || text.substr(value.begin).starts_with(scrubbed_marker)) {
    return std::nullopt;
  }
  if (!value.quoted && is_header_name(key)) {
    if (const auto found = find_header_value(text, key, value)) return found;
  }
  const std::string_view content = text.substr(value.begin, value.end - value.begin);
  if (is_one_of(content, no_values)) return std::nullopt;
  // "Unexpected token 'x'" and the like quote words as well.
  const bool quoted_secret = value.quoted && (key.quoted || key.name != "token");
  const bool surely =
      key.quoted || arrow || quoted_secret || (delimiter == '=' && !key.loose && !value.loose);
  if (!surely && !looks_secret(content)) return std::nullopt;
  return Secret{value.begin, value.end};
}

std::optional<Secret> find_url_credentials(std::string_view text, std::size_t at) {
  const std::size_t begin = at + 3;
  const std::size_t end = std::min(text.find_first_of(" \t\r\n/?#\"'`<>\\", begin), text.size());
  const std::string_view authority = text.substr(begin, end - begin);
  const std::size_t host = authority.rfind('@');
  if (host == std::string_view::npos || authority.find(':') >= host) return std::nullopt;
  return Secret{begin, begin + host};
}

}  // namespace rounds::scrub
