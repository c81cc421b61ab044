#include "projections/row_codec.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

Signature full_signature() {
  Signature signature;
  signature.id.bytes[3] = 7;
  signature.identity = make_identity("row");
  signature.first_seen = at_second(-10);
  signature.last_seen = at_second(10);
  signature.occurrence_count = 12;
  signature.status = Status::resolved;
  signature.diagnosis = std::make_shared<const Diagnosis>(make_diagnosis());
  signature.tags = {"a", "b"};
  signature.resolved_at = at_second(5);
  signature.version = 9;
  signature.last_sequence = 1234;
  return signature;
}

std::string row_of(const Signature& signature) {
  return std::string(RowEncoder{}.encode(signature));
}

TEST(RowCodec, KeepsEveryFieldOfASignature) {
  const Signature signature = full_signature();
  EXPECT_EQ(*decode_signature_row(signature.id, row_of(signature)), signature);
}

TEST(RowCodec, KeepsASignatureWithNothingOptional) {
  Signature signature = full_signature();
  signature.diagnosis = nullptr;
  signature.tags.clear();
  signature.resolved_at.reset();
  signature.status = Status::new_;
  EXPECT_EQ(*decode_signature_row(signature.id, row_of(signature)), signature);
}

TEST(RowCodec, NoFlippedBitGoesUnnoticed) {
  const Signature signature = full_signature();
  const std::string sound = row_of(signature);
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string bytes = sound;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const auto decoded = decode_signature_row(signature.id, bytes);
    ASSERT_FALSE(decoded) << "bit " << bit;
    EXPECT_NE(decoded.error().message.find(signature.id.to_string()), std::string::npos);
  }
}

TEST(RowCodec, KeepsTotals) {
  StatsTotals totals;
  const Signature signature = full_signature();
  totals.apply(std::nullopt, signature);
  auto decoded = decode_stats_row(encode_stats_row(totals));
  ASSERT_TRUE(decoded);
  decoded->by_service = totals.by_service;  // in rows of their own
  EXPECT_EQ(*decoded, totals);
  EXPECT_EQ(*decode_service_stats_row(encode_service_stats_row(17)), 17U);
  EXPECT_FALSE(decode_stats_row("damaged and longer than a checksum"));
}

TEST(RowCodec, KeepsHistoryChunksOfAnySize) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, max_history_chunk}) {
    std::vector<Sequence> sequences(size);
    std::iota(sequences.begin(), sequences.end(), Sequence{1} << 40U);
    sequences.back() += Sequence{1} << 62U;
    EXPECT_EQ(*decode_history_chunk(encode_history_chunk(sequences)), sequences);
  }
  EXPECT_FALSE(decode_history_chunk("damaged and longer"));
}

TEST(StatsTotals, AreTheSumOfTheirDifferences) {
  StatsTotals totals;
  Signature first = full_signature();
  totals.apply(std::nullopt, first);
  Signature changed = first;
  changed.status = Status::new_;
  changed.occurrence_count = 20;
  changed.first_seen = at_second(-100);
  totals.apply(IndexPosition::of(first), changed);
  const StoreStats stats = totals.to_stats(5);
  EXPECT_EQ(stats.signature_count, 1U);
  EXPECT_EQ(stats.occurrence_count, 20U);
  EXPECT_EQ(stats.by_status, (std::map<Status, std::uint64_t>{{Status::new_, 1}}));
  EXPECT_EQ(stats.oldest_first_seen, at_second(-100));
  EXPECT_EQ(stats.sequence, 5U);
}

}  // namespace
}  // namespace rounds::test
