#include "projections/index_key.hpp"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

Signature make_signature(Status status, Timestamp last_seen, std::uint64_t count, std::uint8_t id) {
  Signature signature;
  signature.identity = make_identity("a");
  signature.status = status;
  signature.last_seen = last_seen;
  signature.occurrence_count = count;
  signature.id.bytes[15] = id;
  return signature;
}

TEST(IndexKey, HasTheBytesOfTheFormatDocument) {
  // The worked example of docs/format.md.
  Signature signature = make_signature(Status::new_, at_second(0), 3, 0);
  for (std::size_t i = 0; i < 16; ++i) signature.id.bytes[i] = static_cast<std::uint8_t>(i);
  const std::string key = encode_by_status_key(IndexPosition::of(signature));
  EXPECT_EQ(to_hex({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()}),
            "017ff9b8b7b9dfbfff"
            "fffffffffffffffc"
            "000102030405060708090a0b0c0d0e0f");
}

TEST(IndexKey, BytesAndValuesHaveTheSameOrder) {
  std::mt19937_64 random(random_seed());
  const auto random_key = [&] {
    const auto status = all_statuses[random() % all_statuses.size()];
    const Timestamp times[] = {min_timestamp, at_second(-1),
                               Timestamp{},   at_second(0),
                               max_timestamp, at_second(static_cast<std::int64_t>(random() % 100))};
    const Signature signature =
        make_signature(status, times[random() % std::size(times)], 1 + random() % 3,
                       static_cast<std::uint8_t>(random()));
    return IndexKey{1 + random() % 3, IndexPosition::of(signature)};
  };
  for (std::uint64_t round = 0; round < random_rounds(10000); ++round) {
    const IndexKey left = random_key();
    const IndexKey right = random_key();
    EXPECT_EQ(left < right, encode_by_facet_key(left) < encode_by_facet_key(right));
    EXPECT_EQ(left.position < right.position,
              encode_by_status_key(left.position) < encode_by_status_key(right.position));
    EXPECT_EQ(*decode_by_facet_key(encode_by_facet_key(left)), left);
    EXPECT_EQ(*decode_by_status_key(encode_by_status_key(left.position)), left.position);
  }
}

TEST(IndexKey, NewerAndMoreFrequentSignaturesComeFirst) {
  const auto position = [](std::int64_t last_seen, std::uint64_t count, std::uint8_t id) {
    return IndexPosition::of(make_signature(Status::new_, at_second(last_seen), count, id));
  };
  EXPECT_LT(position(2, 1, 9), position(1, 9, 1));
  EXPECT_LT(position(1, 9, 9), position(1, 8, 1));
  EXPECT_LT(position(1, 9, 1), position(1, 9, 2));
}

TEST(IndexKey, PositionsAreCursorsAndBack) {
  const Signature signature = make_signature(Status::muted, at_second(-5), 12, 3);
  const IndexPosition position = IndexPosition::of(signature);
  EXPECT_EQ(position.cursor(), PageCursor::at(signature));
  EXPECT_EQ(IndexPosition::at(Status::muted, position.cursor()), position);
}

TEST(IndexKey, FacetsOfServicesAndTheirErrorTypesAreDistinct) {
  EXPECT_NE(facet_of("a"), facet_of("b"));
  EXPECT_NE(facet_of("a"), facet_of("a", ""));
  EXPECT_NE(facet_of("ab", "c"), facet_of("a", "bc"));
  EXPECT_NE(facet_of(""), facet_of_all);
}

TEST(IndexKey, DamagedKeysAreCorruption) {
  const std::string key = encode_by_status_key({Status::new_, 1, 2, {}});
  EXPECT_FALSE(decode_by_status_key(key.substr(1)));
  EXPECT_FALSE(decode_by_status_key('\x09' + key.substr(1)));
  EXPECT_FALSE(decode_by_facet_key(key));
}

}  // namespace
}  // namespace rounds::test
