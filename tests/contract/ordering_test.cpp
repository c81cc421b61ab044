// Listings: which signatures, in which order, in which pages.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Listings : public ContractTest {
 protected:
  // Signatures of every combination of these services, error types and statuses, three of each,
  // with many equal times and counts. Their creation, times and ids are not in the same order.
  std::vector<Signature> populate() {
    std::vector<Signature> population;
    std::size_t number = 0;
    for (const Status status : all_statuses) {
      for (const std::string& service : services) {
        for (const std::string& error_type : error_types) {
          for (int copy = 0; copy < 3; ++copy, ++number) {
            const auto identity =
                make_identity("population-" + std::to_string(number), service, error_type);
            const auto second = static_cast<std::int64_t>(number * 7 % 5);
            const Signature created = record(identity, second, 1 + number % 2);
            population.push_back(status == Status::new_ ? created : bring_to(created.id, status));
          }
        }
      }
    }
    return population;
  }

  const std::vector<std::string> services{"api", "apis", "billing"};
  const std::vector<std::string> error_types{"", "Timeout", "TimeoutError"};
};
ROUNDS_ON_EVERY_STORE(Listings);

std::vector<std::string> and_absent(std::vector<std::string> values) {
  values.emplace_back("absent");
  return values;
}

TEST_P(Listings, ShowWhatMatchesEveryFilterCombinationInOrder) {
  const std::vector<Signature> population = populate();
  for (SignatureQuery& query : every_filter(and_absent(services), and_absent(error_types))) {
    query.limit = limits::max_page_size;
    EXPECT_EQ(list_all(store(), query), expected_listing(population, query)) << describe(query);
  }
}

TEST_P(Listings, VisitEverythingOnceWithAnyPageSize) {
  const std::vector<Signature> population = populate();
  for (SignatureQuery& query : every_filter(services, error_types)) {
    for (const std::size_t limit : {1U, 2U, 7U}) {
      query.limit = limit;
      EXPECT_EQ(list_all(store(), query), expected_listing(population, query)) << describe(query);
    }
  }
}

// But for a filter on error type alone, which may find out with one more page.
TEST_P(Listings, SayWhereToGoOnOnlyIfMoreFollows) {
  const std::vector<Signature> population = populate();
  for (SignatureQuery& query : every_filter(services, error_types)) {
    if (query.error_type && !query.service && !query.status) continue;
    const std::vector<Signature> all = expected_listing(population, query);
    query.limit = all.size();
    EXPECT_EQ(must(store().list(query)).next, std::nullopt) << describe(query);
    query.limit = all.size() - 1;
    EXPECT_EQ(must(store().list(query)).next, PageCursor::at(all[all.size() - 2]))
        << describe(query);
  }
}

TEST_P(Listings, LeaveOutTheExceptedSignatureWithAnyPageSize) {
  const std::vector<Signature> population = populate();
  for (SignatureQuery& query : every_filter({"api"}, {"Timeout"})) {
    const std::vector<Signature> all = expected_listing(population, query);
    for (const Signature& excepted : {all.front(), all[all.size() / 2], all.back()}) {
      query.except = excepted.id;
      for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, all.size()}) {
        query.limit = limit;
        EXPECT_EQ(list_all(store(), query), expected_listing(population, query)) << describe(query);
      }
      if (query.error_type && !query.service) continue;  // may find out with one more page
      query.limit = all.size() - 1;
      EXPECT_EQ(must(store().list(query)).next, std::nullopt) << describe(query);
    }
    query.except.reset();
  }
}

TEST_P(Listings, BeginBehindAnyCursorEvenOneThatNamesNoSignature) {
  const std::vector<Signature> population = populate();
  SignatureId middle;
  middle.bytes[0] = 0x80;
  for (SignatureQuery& query : every_filter({"api"}, {"Timeout"})) {
    query.limit = 3;
    for (std::int64_t second = -1; second <= 5; ++second) {
      for (const std::uint64_t count : {0U, 1U, 2U, 3U}) {
        for (const SignatureId& id : {SignatureId{}, middle}) {
          query.after = PageCursor{at_second(second), count, id};
          EXPECT_EQ(list_all(store(), query), expected_listing(population, query))
              << describe(query);
        }
      }
    }
  }
}

TEST_P(Listings, GoOnFromTheTextOfACursor) {
  const std::vector<Signature> population = populate();
  SignatureQuery query;
  query.limit = 10;
  const SignaturePage first = must(store().list(query));
  ASSERT_TRUE(first.next.has_value());

  query.after = must(PageCursor::decode(first.next->encode()));
  const SignaturePage second = must(store().list(query));
  const std::vector<Signature> expected = expected_listing(population, {});
  EXPECT_EQ(first.signatures, std::vector(expected.begin(), expected.begin() + 10));
  EXPECT_EQ(second.signatures, std::vector(expected.begin() + 10, expected.begin() + 20));
}

TEST_P(Listings, OrderEqualTimesAndCountsById) {
  for (int i = 0; i < 20; ++i) record(make_identity(std::to_string(i)), 10);

  for (const std::size_t limit : {1U, 2U, 7U, 50U}) {
    SignatureQuery query;
    query.status = Status::new_;
    query.limit = limit;
    const std::vector<Signature> all = list_all(store(), query);
    EXPECT_EQ(all.size(), 20U);
    EXPECT_TRUE(std::ranges::is_sorted(all, std::less{}, &Signature::id)) << limit;
  }
}

TEST_P(Listings, OrderTimesFromTheYear1To9999) {
  std::vector<Signature> population;
  const std::vector<Timestamp> times{min_timestamp,
                                     min_timestamp + std::chrono::microseconds{1},
                                     Timestamp{},
                                     Timestamp{} - std::chrono::microseconds{1},
                                     Timestamp{} + std::chrono::microseconds{1},
                                     at_second(0),
                                     at_second(0) + std::chrono::microseconds{255},
                                     at_second(0) + std::chrono::microseconds{256},
                                     max_timestamp};
  for (const Timestamp time : times) {
    const auto identity = make_identity(std::to_string(microseconds_since_epoch(time)));
    must(store().record({make_occurrence(identity, time)}));
    population.push_back(get(identity->fingerprint));
  }
  for (SignatureQuery& query : every_filter({"checkout"}, {"TypeError"})) {
    query.limit = 2;
    EXPECT_EQ(list_all(store(), query), expected_listing(population, query)) << describe(query);
  }
}

TEST_P(Listings, OrderCountsNumerically) {
  std::vector<Signature> population;
  for (const std::uint64_t count :
       {1ULL, 2ULL, 255ULL, 256ULL, 65'535ULL, 65'536ULL, 1ULL << 31U, 1ULL << 32U, 1ULL << 40U}) {
    Signature signature = make_signature(std::to_string(count));
    signature.occurrence_count = count;
    population.push_back(must(store().import(signature)));
  }
  for (SignatureQuery& query : every_filter({"checkout"}, {"TypeError"})) {
    query.limit = 2;
    EXPECT_EQ(list_all(store(), query), expected_listing(population, query)) << describe(query);
  }
}

TEST_P(Listings, FollowEveryChangeOfTimeCountAndStatus) {
  std::vector<SignatureId> ids;
  ids.reserve(6);
  for (int i = 0; i < 6; ++i) ids.push_back(record(make_identity(std::to_string(i)), 10).id);

  const auto expect_listings = [&](const std::string& change) {
    std::vector<Signature> present;
    present.reserve(ids.size());
    for (const SignatureId& id : ids) present.push_back(get(id));
    for (SignatureQuery& query : every_filter({"checkout"}, {"TypeError"})) {
      EXPECT_EQ(list_all(store(), query), expected_listing(present, query))
          << "after " << change << ": " << describe(query);
    }
  };
  record(make_identity("3"), 20);
  expect_listings("a later occurrence");
  record(make_identity("4"), 10);
  expect_listings("an occurrence at the same time");
  record(make_identity("5"), 1);
  expect_listings("an earlier occurrence");
  must(store().execute(ids[0], StartInvestigation{}));
  expect_listings("an investigation");
  must(store().execute(ids[0], Diagnose{make_diagnosis()}));
  expect_listings("a diagnosis");
  must(store().execute(ids[0], Resolve{}));
  expect_listings("a resolution");
  record(make_identity("0"), 2000);
  expect_listings("a regression");
  must(store().execute(ids[1], Mute{}));
  must(store().execute(ids[1], Retriage{}));
  expect_listings("a retriage");
  must(store().execute(ids[2], ChangeTags{{"payments"}, {}}));
  expect_listings("a tag");
}

TEST_P(Listings, LeaveNothingBehindInAFormerStatus) {
  const SignatureId id = record(make_identity("a"), 10).id;
  for (int turn = 0; turn < 3; ++turn) {
    for (const Status status : all_statuses) {
      const Signature present = bring_to(id, status);
      for (const Status listed : all_statuses) {
        SignatureQuery query;
        query.status = listed;
        const std::vector<Signature> expected =
            listed == status ? std::vector{present} : std::vector<Signature>{};
        EXPECT_EQ(list_all(store(), query), expected)
            << to_string(listed) << " while " << to_string(status);
      }
    }
  }
}

// A filter on error type alone may give short pages: only the end counts.
TEST_P(Listings, OfARareErrorTypeAreCompleteAtTheEnd) {
  std::vector<IdentifiedOccurrence> occurrences;
  std::vector<std::string> rare_fingerprints;  // latest first
  for (int i = 0; i < 1200; ++i) {
    const bool is_rare = i % 400 == 0;
    const auto identity = make_identity(std::to_string(i), "service-" + std::to_string(i % 11),
                                        is_rare ? "Rare" : "Common");
    occurrences.push_back(make_occurrence(identity, at_second(1200 - i)));
    if (is_rare) rare_fingerprints.push_back(identity->fingerprint);
  }
  must(store().record(occurrences));
  std::vector<Signature> rare;
  rare.reserve(rare_fingerprints.size());
  for (const std::string& fingerprint : rare_fingerprints) rare.push_back(get(fingerprint));
  for (const std::size_t limit : {1U, 2U, 7U}) {
    SignatureQuery query;
    query.error_type = "Rare";
    query.limit = limit;
    EXPECT_EQ(list_all(store(), query), rare) << limit;
    query.error_type = "Absent";
    EXPECT_TRUE(list_all(store(), query).empty());
  }
}

TEST_P(Listings, WhileSignaturesMoveBetweenPagesShowTheOthersOnce) {
  std::vector<Signature> still;
  still.reserve(10);
  for (int i = 0; i < 10; ++i) still.push_back(record(make_identity(std::to_string(i)), i));
  const SignatureId moving = record(make_identity("moving"), 5).id;

  SignatureQuery query;
  query.limit = 2;
  std::vector<Signature> seen;
  std::int64_t second = 100;
  do {
    const SignaturePage page = must(store().list(query));
    std::ranges::copy(page.signatures, std::back_inserter(seen));
    query.after = page.next;
    record(make_identity("moving"), ++second);
  } while (query.after);

  std::erase_if(seen, [&](const Signature& signature) { return signature.id == moving; });
  EXPECT_EQ(seen, expected_listing(still, {}));
}

// More than a store looks at for one page stand before the one that is asked for, in another place
// (an older layer, the disk) or in the same.
TEST_P(Listings, ByErrorTypeAloneFindWhatStandsFarBehind) {
  constexpr int others = 2100;
  const auto in_one_write = [&](const std::string& prefix, std::int64_t second) {
    std::vector<IdentifiedOccurrence> occurrences;
    occurrences.reserve(others);
    for (int i = 0; i < others; ++i) {
      occurrences.push_back(
          make_occurrence(make_identity(prefix + std::to_string(i)), at_second(second + i)));
    }
    must(store().record(std::move(occurrences)));
  };
  const Signature oldest = record(make_identity("rare one", "checkout", "Rare"), 1);
  in_one_write("a", 10);
  const Signature older = record(make_identity("rare two", "checkout", "Rare"), 5);
  SignatureQuery query;
  query.error_type = "Rare";
  EXPECT_EQ(list_all(store(), query), (std::vector{older, oldest}));
  query.status = Status::new_;
  EXPECT_EQ(list_all(store(), query), (std::vector{older, oldest}));
  fixture().reopen();
  EXPECT_EQ(list_all(store(), query), (std::vector{older, oldest}));
  in_one_write("b", 10'000);
  EXPECT_EQ(list_all(store(), query), (std::vector{older, oldest}));
}

}  // namespace
}  // namespace rounds::test
