#include "core/cursor.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace rounds {
namespace {

constexpr std::size_t cursor_bytes = 8 + 8 + 16;

void store_big_endian(std::uint64_t value, std::span<std::uint8_t, 8> out) {
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * (7 - i)));
}

std::uint64_t load_big_endian(std::span<const std::uint8_t, 8> in) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : in) value = value << 8U | byte;
  return value;
}

}  // namespace

PageCursor PageCursor::at(const Signature& signature) {
  return {signature.last_seen, signature.occurrence_count, signature.id};
}

bool PageCursor::precedes(const PageCursor& other) const {
  if (last_seen != other.last_seen) return last_seen > other.last_seen;
  if (occurrence_count != other.occurrence_count) return occurrence_count > other.occurrence_count;
  return id < other.id;
}

std::string PageCursor::encode() const {
  std::array<std::uint8_t, cursor_bytes> bytes{};
  const std::span span(bytes);
  store_big_endian(static_cast<std::uint64_t>(microseconds_since_epoch(last_seen)),
                   span.subspan<0, 8>());
  store_big_endian(occurrence_count, span.subspan<8, 8>());
  std::ranges::copy(id.bytes, span.subspan<16, 16>().begin());
  return to_hex(bytes);
}

Result<PageCursor> PageCursor::decode(std::string_view text) {
  const Error malformed{ErrorCode::invalid_argument,
                        "the cursor is not one that this store gave out; begin again without it"};
  std::array<std::uint8_t, cursor_bytes> bytes{};
  if (!parse_hex(text, bytes)) return std::unexpected(malformed);
  const std::span<const std::uint8_t, cursor_bytes> span(bytes);
  PageCursor cursor;
  cursor.last_seen =
      timestamp_from_microseconds(static_cast<std::int64_t>(load_big_endian(span.subspan<0, 8>())));
  if (!is_valid(cursor.last_seen)) return std::unexpected(malformed);
  cursor.occurrence_count = load_big_endian(span.subspan<8, 8>());
  std::ranges::copy(span.subspan<16, 16>(), cursor.id.bytes.begin());
  return cursor;
}

}  // namespace rounds
