#include "projections/index_key.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <xxhash.h>

namespace rounds {
namespace {

constexpr std::uint64_t sign_bit = 1ULL << 63U;
// "tag": keeps a tag apart from a service of the same name.
constexpr std::uint64_t tag_seed = 0x746167;
constexpr std::size_t position_bytes = 1 + 8 + 8 + 16;

// Signed times as unsigned numbers of the same order, inverted: later times come first.
std::uint64_t invert(Timestamp time) {
  return ~(static_cast<std::uint64_t>(microseconds_since_epoch(time)) ^ sign_bit);
}

Timestamp revert(std::uint64_t inverted) {
  return timestamp_from_microseconds(static_cast<std::int64_t>(~inverted ^ sign_bit));
}

// No listing but the one of all signatures has facet 0.
Facet avoid_all(std::uint64_t hash) {
  return hash == facet_of_all ? 1 : hash;
}

void append_position(std::string& out, const IndexPosition& position) {
  out.push_back(static_cast<char>(position.status));
  append_big_endian(out, position.inverted_last_seen);
  append_big_endian(out, position.inverted_count);
  out.append(reinterpret_cast<const char*>(position.id.bytes.data()), position.id.bytes.size());
}

Result<IndexPosition> decode_position(std::string_view bytes) {
  const auto status = static_cast<Status>(bytes[0]);
  if (std::ranges::find(all_statuses, status) == all_statuses.end()) {
    return fail(ErrorCode::corruption, fmt::format("an index key has status {}; run rounds-replay",
                                                   static_cast<int>(status)));
  }
  IndexPosition position;
  position.status = status;
  position.inverted_last_seen = load_big_endian(bytes.substr(1, 8));
  position.inverted_count = load_big_endian(bytes.substr(9, 8));
  std::ranges::copy(bytes.substr(17, 16), position.id.bytes.begin());
  return position;
}

std::unexpected<Error> wrong_length(std::string_view index, std::size_t length) {
  return fail(ErrorCode::corruption,
              fmt::format("a key of {} has {} bytes; run rounds-replay", index, length));
}

}  // namespace

Facet facet_of(std::string_view service) {
  return avoid_all(XXH3_64bits(service.data(), service.size()));
}

Facet facet_of(std::string_view service, std::string_view error_type) {
  // Seeded by the service, so that ("ab", "c") and ("a", "bc") differ.
  return avoid_all(XXH3_64bits_withSeed(error_type.data(), error_type.size(), ~facet_of(service)));
}

IndexPosition IndexPosition::of(const Signature& signature) {
  return {signature.status, invert(signature.last_seen), ~signature.occurrence_count, signature.id};
}

IndexPosition IndexPosition::at(Status status, const PageCursor& cursor) {
  return {status, invert(cursor.last_seen), ~cursor.occurrence_count, cursor.id};
}

PageCursor IndexPosition::cursor() const {
  return {revert(inverted_last_seen), ~inverted_count, id};
}

bool IndexPosition::precedes(const IndexPosition& other) const {
  return std::tie(inverted_last_seen, inverted_count, id) <
         std::tie(other.inverted_last_seen, other.inverted_count, other.id);
}

Facets facets_of(const SignatureIdentity& identity) {
  return {facet_of_all, facet_of(identity.service),
          facet_of(identity.service, identity.error_type)};
}

Facet facet_of_tag(std::string_view tag) {
  return avoid_all(XXH3_64bits_withSeed(tag.data(), tag.size(), tag_seed));
}

TagFacets tag_facets_of(const std::vector<std::string>& tags) {
  TagFacets facets;
  facets.reserve(tags.size());
  for (const std::string& tag : tags) facets.push_back(facet_of_tag(tag));
  std::ranges::sort(facets);
  const auto repeated = std::ranges::unique(facets);
  facets.erase(repeated.begin(), repeated.end());
  return facets;
}

std::string encode_by_status_key(const IndexPosition& position) {
  std::string bytes;
  bytes.reserve(position_bytes);
  append_position(bytes, position);
  return bytes;
}

std::string encode_by_facet_key(const IndexKey& key) {
  std::string bytes;
  bytes.reserve(8 + position_bytes);
  append_big_endian(bytes, key.facet);
  append_position(bytes, key.position);
  return bytes;
}

Result<IndexPosition> decode_by_status_key(std::string_view bytes) {
  if (bytes.size() != position_bytes) return wrong_length("by_status", bytes.size());
  return decode_position(bytes);
}

Result<IndexKey> decode_by_facet_key(std::string_view bytes) {
  if (bytes.size() != 8 + position_bytes) return wrong_length("by_service or by_tag", bytes.size());
  const auto position = decode_position(bytes.substr(8));
  if (!position) return std::unexpected(position.error());
  return IndexKey{load_big_endian(bytes.substr(0, 8)), *position};
}

void append_big_endian(std::string& out, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) out.push_back(static_cast<char>(value >> (8 * (7 - i))));
}

std::uint64_t load_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace rounds
