#include <set>
#include <string>

#include <gtest/gtest.h>

#include "bench/support/generated_occurrences.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "core/signature_store.hpp"

namespace rounds::bench {
namespace {

constexpr std::uint32_t signatures = 50;

TEST(OccurrenceStream, BeginsAnewAtLaterTimes) {
  const OccurrenceStream stream({.occurrences = 100, .signatures = signatures});
  for (std::uint64_t i = 0; i < stream.size(); ++i) {
    const auto first = stream.occurrence(i);
    const auto again = stream.occurrence(stream.size() + i);
    EXPECT_EQ(first.identity, again.identity);
    EXPECT_EQ(again.exemplar.time - first.exemplar.time, std::chrono::microseconds{100});
    EXPECT_NE(first.exemplar.trace_id, again.exemplar.trace_id);
  }
}

TEST(OccurrenceStream, CountsTheSignaturesOfABeginningAndOfMoreThanAllOfIt) {
  const OccurrenceStream stream({.occurrences = 400, .signatures = signatures});
  for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{25}, std::uint64_t{1000}}) {
    std::set<std::string> seen;
    for (std::uint64_t i = 0; i < count; ++i) {
      seen.insert(stream.occurrence(i).identity->fingerprint);
    }
    EXPECT_EQ(stream.totals_of_first(count), (Totals{count, seen.size()}));
  }
}

TEST(OccurrenceStream, StartsWhereItIsTold) {
  const OccurrenceStream early({.occurrences = 10, .signatures = signatures});
  const OccurrenceStream late(
      {.occurrences = 10, .signatures = signatures, .first_position = 1'000});
  EXPECT_EQ(late.exemplar(0).time - early.exemplar(0).time, std::chrono::microseconds{1'000});
}

TEST(OccurrenceStream, GivesEachSystemTheSameSignature) {
  const OccurrenceStream stream({.occurrences = 100, .signatures = signatures});
  for (std::uint64_t i = 0; i < stream.size(); ++i) {
    const Record record = stream.record(i);
    EXPECT_EQ(number_of({record.data(), record.size()}), stream.number_at(i));
    EXPECT_EQ(stream.occurrence(i).identity, stream.identity(stream.number_at(i)));
  }
}

TEST(GeneratedOccurrences, HaveEachSignatureOnce) {
  const auto source = GeneratedOccurrences::one_of_each(signatures);
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < source.size(); ++i) {
    seen.insert(source.occurrence(i).identity->fingerprint);
  }
  EXPECT_EQ(source.size(), signatures);
  EXPECT_EQ(seen.size(), signatures);
}

TEST(GeneratedOccurrences, DrawOnlyFromTheSignaturesThatThereAreAndAtLaterTimes) {
  const auto each = GeneratedOccurrences::one_of_each(signatures);
  const auto drawn = GeneratedOccurrences::uniform(2'000, signatures, 1);
  std::set<std::string> known;
  for (std::uint64_t i = 0; i < each.size(); ++i) {
    known.insert(each.occurrence(i).identity->fingerprint);
  }
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < drawn.size(); ++i) {
    const auto occurrence = drawn.occurrence(i);
    EXPECT_GT(occurrence.exemplar.time, each.occurrence(signatures - 1).exemplar.time);
    seen.insert(occurrence.identity->fingerprint);
  }
  EXPECT_EQ(seen, known) << "2,000 draws meet each of 50 signatures";
}

TEST(GeneratedOccurrences, AreTakenByAStore) {
  const auto source = GeneratedOccurrences::uniform(10, signatures, 1);
  RecordOccurrences record;
  for (std::uint64_t i = 0; i < source.size(); ++i) {
    record.occurrences.push_back(source.occurrence(i));
  }
  EXPECT_TRUE(validate(Submission{std::move(record)}));
}

}  // namespace
}  // namespace rounds::bench
