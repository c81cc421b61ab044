// The keys of the ordered indexes, in memory and on disk, and the order of listings.
//
// An index key is a facet (which listing: all signatures, those of a service, those of a service
// and error type, those with a tag), a status and the position in the order of listings. In memory
// it is a struct that compares like its bytes on disk; docs/format.md has those with a worked
// example. Values: usable from any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/cursor.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/signature.hpp"

namespace rounds {

// What a listing is restricted to: a hash of the service, of service and error type, or of a tag,
// so that keys have a fixed size. Queries check the rows they return, so a collision costs a
// skipped row, never a wrong one.
using Facet = std::uint64_t;
inline constexpr Facet facet_of_all = 0;
[[nodiscard]] Facet facet_of(std::string_view service);
[[nodiscard]] Facet facet_of(std::string_view service, std::string_view error_type);

// Where a signature stands within its status: exactly the part of its state that index keys depend
// on.
struct IndexPosition {
  Status status = Status::new_;
  std::uint64_t inverted_last_seen = 0;  // descending order as ascending numbers
  std::uint64_t inverted_count = 0;      // likewise
  SignatureId id;

  [[nodiscard]] static IndexPosition of(const Signature& signature);

  // The position of `cursor` within `status`.
  [[nodiscard]] static IndexPosition at(Status status, const PageCursor& cursor);

  [[nodiscard]] PageCursor cursor() const;
  [[nodiscard]] std::uint64_t occurrence_count() const { return ~inverted_count; }

  // Whether this comes before `other` in a listing that mixes statuses.
  [[nodiscard]] bool precedes(const IndexPosition& other) const;

  friend auto operator<=>(const IndexPosition&, const IndexPosition&) = default;
};

struct IndexKey {
  Facet facet = facet_of_all;
  IndexPosition position;

  friend auto operator<=>(const IndexKey&, const IndexKey&) = default;
};

// The listings that a signature is in: all, by service, by service and error type.
inline constexpr std::size_t facets_per_signature = 3;
using Facets = std::array<Facet, facets_per_signature>;
[[nodiscard]] Facets facets_of(const SignatureIdentity& identity);

// The listings by tag that it is in, in ascending order.
using TagFacets = std::vector<Facet>;
[[nodiscard]] Facet facet_of_tag(std::string_view tag);
[[nodiscard]] TagFacets tag_facets_of(const std::vector<std::string>& tags);

// Bytes on disk. by_status keys leave the facet out (33 bytes), those of by_service and by_tag
// begin with it (41 bytes).
[[nodiscard]] std::string encode_by_status_key(const IndexPosition& position);
[[nodiscard]] std::string encode_by_facet_key(const IndexKey& key);

// Errors: corruption if the length or the status is not what encode wrote.
[[nodiscard]] Result<IndexPosition> decode_by_status_key(std::string_view bytes);
[[nodiscard]] Result<IndexKey> decode_by_facet_key(std::string_view bytes);

// 8 bytes big-endian, as in all keys.
void append_big_endian(std::string& out, std::uint64_t value);
[[nodiscard]] std::uint64_t load_big_endian(std::string_view bytes);

}  // namespace rounds
