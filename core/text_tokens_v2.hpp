// The variable parts of messages that grouping rules v2 recognise, one function for each.
//
// Each looks at a text from one position on and returns where the part ends that begins there; the
// position itself if none does. The caller asks only where an atom begins (message_template_v2.cpp
// says what that is). Each looks at a bounded number of bytes, so that asking everywhere stays
// linear. Internal to core/. Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace rounds::v2 {

// Letters and digits of ASCII, and every byte beyond it.
[[nodiscard]] bool is_atom(char c);
[[nodiscard]] bool is_digit(char c);
[[nodiscard]] bool is_hex_digit(char c);
[[nodiscard]] bool is_ascii_letter(char c);
[[nodiscard]] char to_lower(char c);
[[nodiscard]] bool is_blank(char c);  // space or control character

// 8-4-4-4-12 hex digits.
[[nodiscard]] std::size_t match_uuid(std::string_view text, std::size_t at);

// Dates and times: ISO 8601, "2026/11/23 14:31", "14:31:07.123", "Mon, 23 Nov 2026 14:31:07 GMT",
// "Nov 23 14:31:07", "23/Nov/2026:14:31:07 +0100", "20261123T143107Z".
[[nodiscard]] std::size_t match_time(std::string_view text, std::size_t at);

// IPv4 with an optional port.
[[nodiscard]] std::size_t match_ipv4(std::string_view text, std::size_t at);

// IPv6 with an optional zone, and hardware addresses. May begin with a colon.
[[nodiscard]] std::size_t match_ipv6(std::string_view text, std::size_t at);

[[nodiscard]] std::size_t match_email(std::string_view text, std::size_t at);

// Names such as "db-1.eu.example.com", with an optional port, and "localhost".
[[nodiscard]] std::size_t match_host(std::string_view text, std::size_t at);

// The random end of a Kubernetes pod's name: "7d9f8b6c5-x2x4z".
[[nodiscard]] std::size_t match_pod(std::string_view text, std::size_t at);

// "https://": the end of the two slashes.
[[nodiscard]] std::size_t match_scheme(std::string_view text, std::size_t at);

// Decimal numbers with separators, exponent and unit: "1,234.5 MB", "1m30s", "99%", "1.2.3".
// `digits_end` is set to where the number ends without its unit.
[[nodiscard]] std::size_t match_number(std::string_view text, std::size_t at,
                                       std::size_t& digits_end);

// The end of the run of characters that tokens, hashes in base 64 and keys consist of.
[[nodiscard]] std::size_t end_of_opaque_run(std::string_view text, std::size_t at);
// Whether such a run looks random: long, and changing between kinds of characters all the time.
[[nodiscard]] bool looks_random(std::string_view run);

// What becomes of a whole atom.
enum class AtomKind : unsigned char {
  word,           // kept
  numbered_word,  // letters and then digits: the letters are kept, the digits vary
  value,          // varies as a whole
};
[[nodiscard]] AtomKind kind_of_atom(std::string_view atom);

}  // namespace rounds::v2
