#include "core/ids.hpp"

#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds {
namespace {

TEST(SignatureId, ReadsWhatItWrites) {
  const std::string text = "0190163d-8694-739b-aea5-966c26f8ad91";
  const auto id = SignatureId::parse(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->bytes,
            (std::array<std::uint8_t, 16>{0x01, 0x90, 0x16, 0x3d, 0x86, 0x94, 0x73, 0x9b, 0xae,
                                          0xa5, 0x96, 0x6c, 0x26, 0xf8, 0xad, 0x91}));
  EXPECT_EQ(id->to_string(), text);
  EXPECT_EQ(SignatureId{}.to_string(), "00000000-0000-0000-0000-000000000000");
}

TEST(SignatureId, ReadsUpperCaseAndWritesLowerCase) {
  const auto id = SignatureId::parse("0190163D-8694-739B-AEA5-966C26F8AD91");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), "0190163d-8694-739b-aea5-966c26f8ad91");
}

TEST(SignatureId, RefusesEverythingElseAndNamesIt) {
  const std::vector<std::string> malformed{"",
                                           "0190163d86947 39baea5966c26f8ad91",
                                           "0190163d8694739baea5966c26f8ad91",
                                           "0190163d-8694-739b-aea5-966c26f8ad9",
                                           "0190163d-8694-739b-aea5-966c26f8ad911",
                                           "0190163-d8694-739b-aea5-966c26f8ad91",
                                           "0190163d-8694-739b-aea5_966c26f8ad91",
                                           "0190163g-8694-739b-aea5-966c26f8ad91",
                                           "-190163d-8694-739b-aea5-966c26f8ad91",
                                           "{190163d-8694-739b-aea5-966c26f8ad9}",
                                           "0190163d-8694-739b-aea5-966c26f8ad9 "};
  for (const std::string& text : malformed) {
    const auto id = SignatureId::parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(id.error().message.find('"' + text + '"'), std::string::npos);
  }
}

TEST(SignatureId, IsOrderedByItsBytes) {
  const auto id = [](const char* text) { return SignatureId::parse(text).value(); };
  EXPECT_LT(id("00000000-0000-0000-0000-0000000000ff"), id("00000000-0000-0000-0000-000000000100"));
  EXPECT_LT(id("7f000000-0000-0000-0000-000000000000"), id("80000000-0000-0000-0000-000000000000"));
}

TEST(TraceAndSpanIds, AreAbsentWhenAllZeros) {
  TraceId trace;
  SpanId span;
  EXPECT_FALSE(trace.is_present());
  EXPECT_FALSE(span.is_present());
  trace.bytes[15] = 1;
  span.bytes[0] = 0xAB;
  EXPECT_TRUE(trace.is_present());
  EXPECT_TRUE(span.is_present());
  EXPECT_EQ(trace.to_hex(), "00000000000000000000000000000001");
  EXPECT_EQ(span.to_hex(), "ab00000000000000");
}

TEST(Hex, ReadsAnyCaseAndTheExactLengthOnly) {
  std::array<std::uint8_t, 2> bytes{};
  EXPECT_TRUE(parse_hex("aBFf", bytes));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 2>{0xAB, 0xFF}));
  for (const char* malformed : {"", "abf", "abfff", "abgf", "ab f", "0xab", "ab\xC3\xA9"}) {
    EXPECT_FALSE(parse_hex(malformed, bytes)) << malformed;
  }
  EXPECT_EQ(to_hex(std::array<std::uint8_t, 3>{0x00, 0x0F, 0xF0}), "000ff0");
}

TEST(Uuid7Generator, LaysOutMillisecondsVersionAndVariant) {
  Uuid7Generator generator;
  // The time and the first half of the example in RFC 9562, appendix A.6.
  const Timestamp time = timestamp_from_microseconds(0x017F22E279B0 * 1000 + 999);
  for (int i = 0; i < 100; ++i) {
    const SignatureId id = generator.next(time);
    EXPECT_EQ(id.to_string().substr(0, 15), "017f22e2-79b0-7");
    EXPECT_EQ(id.bytes[8] & 0xC0, 0x80);
  }
}

TEST(Uuid7Generator, FillsAllRandomBitsAndNeverRepeats) {
  Uuid7Generator generator;
  std::set<SignatureId> ids;
  std::array<std::uint8_t, 16> ever_set{};
  std::array<std::uint8_t, 16> always_set{};
  always_set.fill(0xFF);
  constexpr std::size_t count = 20'000;  // many times the block of random bytes
  for (std::size_t i = 0; i < count; ++i) {
    const SignatureId id = generator.next(Timestamp{});
    ids.insert(id);
    for (std::size_t byte = 0; byte < id.bytes.size(); ++byte) {
      ever_set[byte] |= id.bytes[byte];
      always_set[byte] &= id.bytes[byte];
    }
  }
  EXPECT_EQ(ids.size(), count);
  const std::array<std::uint8_t, 16> fixed{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80};
  const std::array<std::uint8_t, 16> possible{0,    0,    0,    0,    0,    0,    0x7F, 0xFF,
                                              0xBF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(always_set, fixed);
  EXPECT_EQ(ever_set, possible);
}

TEST(Uuid7Generator, OrdersIdsByTime) {
  Uuid7Generator generator;
  for (int i = 0; i < 100; ++i) {
    EXPECT_LT(generator.next(test::at_second(i)), generator.next(test::at_second(i + 1)));
  }
}

TEST(SignatureIdHash, DependsOnBothHalves) {
  std::unordered_set<std::size_t> hashes;
  for (std::size_t byte = 0; byte < 16; ++byte) {
    SignatureId id;
    id.bytes[byte] = 1;
    hashes.insert(std::hash<SignatureId>{}(id));
  }
  EXPECT_EQ(hashes.size(), 16U);
}

}  // namespace
}  // namespace rounds
