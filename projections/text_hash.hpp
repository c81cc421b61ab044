// Hashes texts for the tables of the projections: fingerprints are long, and hashed often.
#pragma once

#include <cstddef>
#include <string_view>

namespace rounds {

struct TextHash {
  // All bits are of the same quality, so Boost's tables need not mix them again.
  using is_avalanching = void;

  // XXH3 (https://xxhash.com).
  [[nodiscard]] std::size_t operator()(std::string_view text) const;
};

}  // namespace rounds
