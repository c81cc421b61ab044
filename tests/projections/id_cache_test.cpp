// The cache forgets ids, but never mistakes one for another.
#include "projections/id_cache.hpp"

#include <cstdint>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

SignatureId id_of(std::uint64_t number) {
  SignatureId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

TEST(IdCache, FindsWhatWasPutLast) {
  std::mt19937_64 random(random_seed());
  IdCache cache(1024);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const std::uint64_t hash = random();
    cache.put(hash, id_of(i));
    ASSERT_EQ(cache.find(hash), id_of(i));
  }
}

TEST(IdCache, NeverFindsAnIdThatWasPutUnderAnotherHash) {
  std::mt19937_64 random(random_seed());
  IdCache cache(1024);
  std::unordered_map<std::uint64_t, SignatureId> put;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const std::uint64_t hash = random() % 5000 * 0x9E3779B97F4A7C15;  // many of them again
    put[hash] = id_of(i);
    cache.put(hash, id_of(i));
    const std::uint64_t other = random() % 6000 * 0x9E3779B97F4A7C15;
    const auto found = cache.find(other);
    if (found) ASSERT_EQ(*found, put.at(other));
  }
}

TEST(IdCache, ForgetsHardlyAnyBeforeItIsFull) {
  std::mt19937_64 random(random_seed());
  constexpr std::size_t capacity = 64U * 1024;
  IdCache cache(capacity);
  std::vector<std::uint64_t> hashes(capacity / 2);
  for (std::uint64_t& hash : hashes) {
    hash = random();
    cache.put(hash, id_of(hash));
  }
  std::size_t found = 0;
  for (const std::uint64_t hash : hashes) found += cache.find(hash) ? 1U : 0U;
  EXPECT_GT(found, hashes.size() * 95 / 100);
}

TEST(IdCache, TakesNoMoreThanItsCapacityAndLittleForFewIds) {
  std::mt19937_64 random(random_seed());
  IdCache cache(1000);
  EXPECT_EQ(cache.places(), IdCache::places_per_bucket);
  for (int i = 0; i < 100; ++i) cache.put(random(), {});
  EXPECT_LE(cache.places(), 256U);
  for (int i = 0; i < 100'000; ++i) cache.put(random(), {});
  EXPECT_LE(cache.places(), 1000U);
  EXPECT_GT(cache.places(), 500U);
  EXPECT_LE(cache.size(), cache.places());
}

TEST(IdCache, TellsAHashOfZeroFromAFreePlace) {
  IdCache cache(64);
  EXPECT_FALSE(cache.find(0));
  cache.put(0, id_of(7));
  EXPECT_EQ(cache.find(0), id_of(7));
}

}  // namespace
}  // namespace rounds::test
