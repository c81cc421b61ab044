// Where in a text a secret is: internal to ingest/scrub.
//
// Each function looks at one place and reads no further than the secret it finds, or than a bound;
// so that all of them together are linear (scrub.cpp says where they are called). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rounds::scrub {

enum class SecretKind : std::uint8_t {
  text,    // replaced by the marker
  digits,  // its digits become zeros
};

struct Secret {
  std::size_t begin = 0;
  std::size_t end = 0;  // > begin
  SecretKind kind = SecretKind::text;
};

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The value that the '=' or ':' at `at` gives to the key of a secret. Nothing before `from` counts
// as key.
[[nodiscard]] std::optional<Secret> find_assigned(std::string_view text, std::size_t from,
                                                  std::size_t at);

// User and password in the URL whose "://" stands at `at`, if it has both.
[[nodiscard]] std::optional<Secret> find_url_credentials(std::string_view text, std::size_t at);

// A key of a known form, a JSON Web Token, a private key or a credential that begins with the word
// at `at`.
[[nodiscard]] std::optional<Secret> find_by_form(std::string_view text, std::size_t at);

// The number of a payment card that begins with the group of digits at `at`. What is before `from`
// does not matter.
[[nodiscard]] std::optional<Secret> find_card(std::string_view text, std::size_t from,
                                              std::size_t at);

}  // namespace rounds::scrub
