// A text with its hash: fingerprints are long, and one write looks the same one up in several
// tables. Values.
#pragma once

#include <cstddef>
#include <string_view>

namespace rounds {

// A view: the text must outlive it.
struct HashedText {
  // Hashes it with XXH3 (https://xxhash.com).
  explicit HashedText(std::string_view hashed);

  std::string_view text;
  std::size_t hash = 0;

  friend bool operator==(const HashedText& left, const HashedText& right) {
    // Mostly the very same text: its bytes need not be fetched then.
    return left.hash == right.hash &&
           (left.text.data() == right.text.data() || left.text == right.text);
  }
};

struct HashOfText {
  // All bits are of the same quality, so Boost's tables need not mix them again.
  using is_avalanching = void;

  [[nodiscard]] std::size_t operator()(const HashedText& text) const { return text.hash; }
};

}  // namespace rounds
