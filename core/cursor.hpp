// The position in an ordered listing of signatures, and its opaque text form for callers.
//
// Listings are ordered by last_seen descending, then occurrence_count descending, then id
// ascending; a cursor names the last signature of a page by exactly these. It holds no server state
// and stays valid for ever; a signature that moved between two pages may be seen twice or be
// missed. Values: usable from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/signature.hpp"
#include "core/time.hpp"

namespace rounds {

struct PageCursor {
  Timestamp last_seen{};
  std::uint64_t occurrence_count = 0;
  SignatureId id;

  // The position of `signature` itself: the next page begins behind it.
  [[nodiscard]] static PageCursor at(const Signature& signature);

  // Whether this position comes before `other` in the order of listings.
  [[nodiscard]] bool precedes(const PageCursor& other) const;

  // Opaque text, safe in a URL: 64 hex digits.
  [[nodiscard]] std::string encode() const;

  // Reads what encode() wrote. Errors: invalid_argument for anything else.
  [[nodiscard]] static Result<PageCursor> decode(std::string_view text);

  friend bool operator==(const PageCursor&, const PageCursor&) = default;
};

}  // namespace rounds
