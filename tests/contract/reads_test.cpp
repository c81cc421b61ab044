// Point reads, and the shorthands over listings.
#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Reads : public ContractTest {};
ROUNDS_ON_EVERY_STORE(Reads);

TEST_P(Reads, FindASignatureByIdAndByFingerprint) {
  const Signature recorded = record(make_identity("a"), 10);
  record(make_identity("b"), 20);

  EXPECT_EQ(recorded.identity->fingerprint, "fingerprint-a");
  EXPECT_EQ(must(store().get_by_id(recorded.id)), recorded);
  EXPECT_EQ(must(store().get_by_fingerprint("fingerprint-a")), recorded);
}

TEST_P(Reads, AnswerNothingForAnAbsentIdOrFingerprint) {
  EXPECT_EQ(must(store().get_by_id(SignatureId{})), std::nullopt);
  EXPECT_EQ(must(store().get_by_fingerprint("fingerprint-a")), std::nullopt);
  const Signature present = record(make_identity("a"), 10);

  SignatureId neighbour = present.id;
  neighbour.bytes[15] ^= 1;
  EXPECT_EQ(must(store().get_by_id(neighbour)), std::nullopt);
  EXPECT_EQ(must(store().get_by_id(SignatureId{})), std::nullopt);
}

TEST_P(Reads, MatchAFingerprintWholeAndExactly) {
  record(make_identity("abc"), 10);

  for (const char* other : {"", "fingerprint-", "fingerprint-ab", "fingerprint-abcd",
                            "fingerprint-ABC", "ingerprint-abc"}) {
    EXPECT_EQ(must(store().get_by_fingerprint(other)), std::nullopt) << other;
  }
  EXPECT_EQ(must(store().get_by_fingerprint(std::string("fingerprint-abc\0", 16))), std::nullopt);
}

TEST_P(Reads, SeeAWriteAsSoonAsItIsAcknowledged) {
  const auto identity = make_identity("a");
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const auto second = static_cast<std::int64_t>(i);
    const Commit commit = must(store().record({make_occurrence(identity, at_second(second))}));

    const Signature signature = get(identity->fingerprint);
    EXPECT_EQ(signature.occurrence_count, i);
    EXPECT_EQ(get(signature.id), signature);
    const SignaturePage page = must(store().list({}));
    EXPECT_GE(page.sequence, commit.sequence);
    ASSERT_EQ(page.signatures.size(), 1U);
    EXPECT_EQ(page.signatures.front(), signature);
    const HistoryPage history = must(store().history(signature.id, {signature.version - 1, 1}));
    EXPECT_GE(history.sequence, commit.sequence);
    ASSERT_EQ(history.events.size(), 1U);
    EXPECT_EQ(history.events.front().sequence, signature.last_sequence);
    const StoreStats stats = must(store().get_stats());
    EXPECT_GE(stats.sequence, commit.sequence);
    EXPECT_EQ(stats.occurrence_count, i);
  }
}

TEST_P(Reads, ReportTheSequenceTheyAreConsistentAsOf) {
  const Signature first = record(make_identity("a"), 10);
  const Signature second = record(make_identity("b"), 20);

  EXPECT_LT(first.last_sequence, second.last_sequence);
  EXPECT_EQ(must(store().list({})).sequence, second.last_sequence);
  EXPECT_EQ(must(store().history(first.id, {})).sequence, second.last_sequence);
  EXPECT_EQ(must(store().get_stats()).sequence, second.last_sequence);
}

TEST_P(Reads, OfAnEmptyStoreFindNothing) {
  const SignaturePage page = must(store().list({}));
  EXPECT_TRUE(page.signatures.empty());
  EXPECT_EQ(page.next, std::nullopt);
  EXPECT_EQ(page.sequence, 0U);
  EXPECT_EQ(must(store().get_stats()), StoreStats{});
  EXPECT_EQ(must(store().get_stats()).mean_occurrence_count(), 0.0);
  EXPECT_TRUE(must(store().get_pending_investigation(10)).empty());
}

TEST_P(Reads, PendingAreTheFirstNewOnesInOrder) {
  const Signature old = record(make_identity("old"), 10);
  const Signature recent = record(make_identity("recent"), 30);
  const Signature frequent = record(make_identity("frequent"), 20, 5);
  const Signature rare = record(make_identity("rare"), 20, 1);
  bring_to(record(make_identity("muted"), 40).id, Status::muted);
  bring_to(record(make_identity("investigating"), 40).id, Status::investigating);

  EXPECT_EQ(must(store().get_pending_investigation(10)),
            (std::vector{recent, frequent, rare, old}));
  EXPECT_EQ(must(store().get_pending_investigation(2)), (std::vector{recent, frequent}));
}

TEST_P(Reads, SimilarShareServiceAndErrorTypeInAnyStatus) {
  const Signature asked = record(make_identity("asked", "api", "Timeout"), 20);
  const Signature older = record(make_identity("older", "api", "Timeout"), 10);
  const Signature newer = record(make_identity("newer", "api", "Timeout"), 30);
  record(make_identity("other-type", "api", "TimeoutError"), 20);
  record(make_identity("other-service", "apis", "Timeout"), 20);
  const Signature muted = bring_to(older.id, Status::muted);

  EXPECT_EQ(must(store().get_similar(asked.id)), (std::vector{newer, muted}));
  EXPECT_EQ(must(store().get_similar(newer.id)), (std::vector{get(asked.id), muted}));
}

TEST_P(Reads, SimilarFillTheLimitWithOthers) {
  std::vector<Signature> newest_first;
  for (int i = 0; i < 7; ++i) {
    newest_first.insert(newest_first.begin(), record(make_identity(std::to_string(i)), i));
  }

  for (std::size_t asked = 0; asked < newest_first.size(); ++asked) {
    std::vector<Signature> others = newest_first;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(asked));
    for (const std::size_t limit : {1U, 3U, 6U, 7U}) {
      const std::vector<Signature> expected(
          others.begin(),
          others.begin() + static_cast<std::ptrdiff_t>(std::min(limit, others.size())));
      EXPECT_EQ(must(store().get_similar(newest_first[asked].id, limit)), expected)
          << "asked for number " << asked << ", limit " << limit;
    }
  }
  EXPECT_EQ(must(store().get_similar(newest_first[0].id)).size(), 5U);
}

TEST_P(Reads, SimilarFillTheLargestLimit) {
  constexpr std::size_t count = limits::max_page_size + 2;
  std::vector<IdentifiedOccurrence> occurrences;
  occurrences.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    occurrences.push_back(
        make_occurrence(make_identity(std::to_string(i)), at_second(static_cast<std::int64_t>(i))));
  }
  must(store().record(occurrences));
  // The newest and the oldest: within the first page of the listing, and behind it.
  for (const std::size_t asked : {occurrences.size() - 1, std::size_t{0}}) {
    const Signature signature = get(occurrences[asked].identity->fingerprint);
    std::vector<Signature> expected = list_all(store(), {});
    std::erase(expected, signature);
    expected.resize(limits::max_page_size);
    EXPECT_EQ(must(store().get_similar(signature.id, limits::max_page_size)), expected) << asked;
  }
}

TEST_P(Reads, SimilarToAnAbsentSignatureIsNotFound) {
  EXPECT_TRUE(fails_with(store().get_similar(SignatureId{}), ErrorCode::not_found));
}

TEST_P(Reads, RefuseLimitsOutOfRange) {
  const SignatureId id = record(make_identity("a"), 10).id;
  for (const std::size_t limit : {std::size_t{0}, limits::max_page_size + 1, SIZE_MAX}) {
    SignatureQuery query;
    query.limit = limit;
    EXPECT_TRUE(fails_with(store().list(query), ErrorCode::invalid_argument)) << limit;
    EXPECT_TRUE(fails_with(store().history(id, {0, limit}), ErrorCode::invalid_argument)) << limit;
    EXPECT_TRUE(fails_with(store().get_pending_investigation(limit), ErrorCode::invalid_argument))
        << limit;
    EXPECT_TRUE(fails_with(store().get_similar(id, limit), ErrorCode::invalid_argument)) << limit;
  }
}

TEST_P(Reads, AcceptTheSmallestAndTheLargestLimit) {
  const Signature present = record(make_identity("a"), 10);
  for (const std::size_t limit : {std::size_t{1}, limits::max_page_size}) {
    SignatureQuery query;
    query.limit = limit;
    EXPECT_EQ(must(store().list(query)).signatures, std::vector{present}) << limit;
    EXPECT_EQ(must(store().history(present.id, {0, limit})).events.size(), 1U) << limit;
    EXPECT_EQ(must(store().get_pending_investigation(limit)), std::vector{present}) << limit;
    EXPECT_TRUE(must(store().get_similar(present.id, limit)).empty()) << limit;
  }
}

}  // namespace
}  // namespace rounds::test
