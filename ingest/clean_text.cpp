#include "ingest/clean_text.hpp"

#include <algorithm>

namespace rounds {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// How many bytes a sequence has that begins with a byte, and which second bytes it may have; no
// bytes if none begins with it. RFC 3629, section 4.
struct Lead {
  std::size_t length = 0;
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte >= 0xC2 && byte <= 0xDF) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};  // below are overlong forms
  if (byte == 0xED) return {3, 0x80, 0x9F};  // above are the surrogates
  if (byte >= 0xE1 && byte <= 0xEF) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

// The length of the well-formed sequence at the front of `text`, which is not empty; 0 if none is.
std::size_t sequence_length(std::string_view text) {
  const auto byte_at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = lead_of(byte_at(0));
  if (lead.length > text.size()) return 0;
  if (lead.length > 1 && (byte_at(1) < lead.second_min || byte_at(1) > lead.second_max)) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if (byte_at(i) < 0x80 || byte_at(i) > 0xBF) return 0;
  }
  return lead.length;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  std::string result;
  result.reserve(std::min(text.size(), max_bytes));
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const std::string_view next = length == 0 ? replacement_character : text.substr(0, length);
    if (next.size() > max_bytes - result.size()) break;
    result.append(next);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

}  // namespace rounds
