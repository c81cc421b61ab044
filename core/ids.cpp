#include "core/ids.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "core/check.hpp"
#include "core/utf8.hpp"

namespace rounds {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// Where the hyphens stand in the text form of a UUID.
constexpr std::array<std::size_t, 4> hyphen_positions{8, 13, 18, 23};

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

bool parse_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text.push_back(hex_digits[byte >> 4U]);
    text.push_back(hex_digits[byte & 0x0FU]);
  }
  return text;
}

std::string SignatureId::to_string() const {
  std::string text = to_hex(bytes);
  for (const std::size_t position : hyphen_positions) text.insert(position, 1, '-');
  return text;
}

Result<SignatureId> SignatureId::parse(std::string_view text) {
  std::string digits;
  bool well_formed = text.size() == 36;
  for (std::size_t i = 0; well_formed && i < text.size(); ++i) {
    const bool hyphen = std::ranges::find(hyphen_positions, i) != hyphen_positions.end();
    if (hyphen) {
      well_formed = text[i] == '-';
    } else {
      digits.push_back(text[i]);
    }
  }
  SignatureId id;
  if (!well_formed || !parse_hex(digits, id.bytes)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"{}\" is not a signature id; ids are UUIDs such as "
                            "0190163d-8694-739b-aea5-966c26f8ad91",
                            excerpt(text)));
  }
  return id;
}

std::string TraceId::to_hex() const {
  return rounds::to_hex(bytes);
}

std::string SpanId::to_hex() const {
  return rounds::to_hex(bytes);
}

SignatureId Uuid7Generator::next(Timestamp now) {
  constexpr std::size_t needed = 10;
  if (random_used_ + needed > random_.size()) {
    const int filled = RAND_bytes(random_.data(), static_cast<int>(random_.size()));
    ROUNDS_CHECK(filled == 1, "the operating system gives no random bytes");
    random_used_ = 0;
  }
  const auto milliseconds = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count());
  SignatureId id;
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (8 * (5 - i)));
  }
  std::copy_n(random_.begin() + static_cast<std::ptrdiff_t>(random_used_), needed,
              id.bytes.begin() + 6);
  random_used_ += needed;
  id.bytes[6] = static_cast<std::uint8_t>(0x70U | (id.bytes[6] & 0x0FU));
  id.bytes[8] = static_cast<std::uint8_t>(0x80U | (id.bytes[8] & 0x3FU));
  return id;
}

}  // namespace rounds
