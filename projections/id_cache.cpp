#include "projections/id_cache.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace rounds {
namespace {

// A bucket runs full by chance long before all are: then it forgets one rather than double all.
constexpr double full_enough_to_grow = 0.6;

template <typename Hashes>
std::optional<std::size_t> place_of(const Hashes& hashes, std::uint64_t key) {
  const auto place = std::ranges::find(hashes, key);
  if (place == hashes.end()) return std::nullopt;
  return static_cast<std::size_t>(std::distance(hashes.begin(), place));
}

}  // namespace

IdCache::IdCache(std::size_t capacity)
    : most_buckets_(std::bit_floor(std::max<std::size_t>(1, capacity / places_per_bucket))),
      buckets_(1) {}

std::optional<SignatureId> IdCache::find(std::uint64_t hash) const {
  const std::uint64_t key = key_of(hash);
  const Bucket& bucket = buckets_[bucket_of(key)];
  const auto place = place_of(bucket.hashes, key);
  if (!place) return std::nullopt;
  return bucket.ids[*place];
}

void IdCache::put(std::uint64_t hash, const SignatureId& id) {
  const std::uint64_t key = key_of(hash);
  for (;;) {
    Bucket& bucket = buckets_[bucket_of(key)];
    auto place = place_of(bucket.hashes, key);
    if (!place) {
      place = place_of(bucket.hashes, no_hash);
      if (place) ++size_;
    }
    if (!place && can_grow()) {
      grow();
      continue;
    }
    // Any will do; the highest bits choose no bucket.
    const std::size_t chosen = place.value_or(key >> 61U);
    bucket.hashes[chosen] = key;
    bucket.ids[chosen] = id;
    return;
  }
}

bool IdCache::can_grow() const {
  return buckets_.size() < most_buckets_ &&
         static_cast<double>(size_) >= full_enough_to_grow * static_cast<double>(places());
}

void IdCache::grow() {
  const std::vector<Bucket> before = std::exchange(buckets_, std::vector<Bucket>());
  buckets_.resize(before.size() * 2);
  for (const Bucket& bucket : before) {
    for (std::size_t i = 0; i < places_per_bucket; ++i) {
      const std::uint64_t key = bucket.hashes[i];
      if (key == no_hash) continue;
      // Each bucket splits in two, so that there is room.
      Bucket& target = buckets_[bucket_of(key)];
      const std::size_t place = *place_of(target.hashes, no_hash);
      target.hashes[place] = key;
      target.ids[place] = bucket.ids[i];
    }
  }
}

}  // namespace rounds
