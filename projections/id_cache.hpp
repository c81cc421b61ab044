// Remembers ids by a hash, up to a fixed number of them: a table of buckets, each of which holds
// eight ids and forgets one of them for a ninth.
//
// Compact, since a store may have ten million signatures: 24 bytes for each place. The table
// doubles once six of ten places are taken; about one in twenty-five is forgotten by then. An id
// that was put may be forgotten, but what is found was put under that hash (0 counts as 1). One
// thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.hpp"

namespace rounds {

class IdCache {
 public:
  // Holds up to `capacity` ids, rounded down to buckets in a power of two; one bucket at least.
  explicit IdCache(std::size_t capacity);

  // `hash` must have bits of the same quality everywhere; the low ones choose the bucket.
  [[nodiscard]] std::optional<SignatureId> find(std::uint64_t hash) const;

  // Takes the place of an id that was put under this hash before. Costs moving all ids when the
  // table doubles.
  void put(std::uint64_t hash, const SignatureId& id);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t places() const { return buckets_.size() * places_per_bucket; }

  static constexpr std::size_t places_per_bucket = 8;  // whose hashes are one line of a cache

 private:
  struct alignas(64) Bucket {
    std::array<std::uint64_t, places_per_bucket> hashes{};  // no_hash: free
    std::array<SignatureId, places_per_bucket> ids{};
  };
  static constexpr std::uint64_t no_hash = 0;

  [[nodiscard]] static std::uint64_t key_of(std::uint64_t hash) {
    return hash == no_hash ? no_hash + 1 : hash;
  }
  [[nodiscard]] std::size_t bucket_of(std::uint64_t key) const {
    return static_cast<std::size_t>(key) & (buckets_.size() - 1);
  }
  [[nodiscard]] bool can_grow() const;
  void grow();

  std::size_t most_buckets_;
  std::size_t size_ = 0;
  std::vector<Bucket> buckets_;  // a power of two of them
};

}  // namespace rounds
