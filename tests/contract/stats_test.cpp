// Statistics: counted by every write, equal to a recount at any time.
#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Stats : public ContractTest {
 protected:
  void expect_recounted(const std::string& change) {
    const StoreStats stats = must(store().get_stats());
    EXPECT_EQ(stats, recount(list_all(store()), stats.sequence)) << "after " << change;
  }
};
ROUNDS_ON_EVERY_STORE(Stats);

TEST_P(Stats, CountSignaturesOccurrencesStatusesAndServices) {
  record(make_identity("a", "api"), 30, 2);
  record(make_identity("b", "api"), 10, 3);
  const SignatureId muted = record(make_identity("c", "billing"), 20, 5).id;
  const Commit last = must(store().submit_and_wait(ExecuteCommand{muted, Mute{}, {}}));

  StoreStats expected;
  expected.signature_count = 3;
  expected.occurrence_count = 10;
  expected.by_status = {{Status::new_, 2}, {Status::muted, 1}};
  expected.by_service = {{"api", 2}, {"billing", 1}};
  expected.oldest_first_seen = at_second(10);
  expected.sequence = last.sequence;
  const StoreStats stats = must(store().get_stats());
  EXPECT_EQ(stats, expected);
  EXPECT_DOUBLE_EQ(stats.mean_occurrence_count(), 10.0 / 3.0);
}

TEST_P(Stats, NameOnlyStatusesThatOccur) {
  const SignatureId id = record(make_identity("a"), 10).id;
  for (const Status status : all_statuses) {
    bring_to(id, status);
    EXPECT_EQ(must(store().get_stats()).by_status, (std::map<Status, std::uint64_t>{{status, 1}}));
  }
}

TEST_P(Stats, FollowTheOldestFirstSeen) {
  record(make_identity("a"), 30);
  EXPECT_EQ(must(store().get_stats()).oldest_first_seen, at_second(30));
  record(make_identity("b"), 40);
  EXPECT_EQ(must(store().get_stats()).oldest_first_seen, at_second(30));
  record(make_identity("b"), 20);
  EXPECT_EQ(must(store().get_stats()).oldest_first_seen, at_second(20));
  must(store().import(make_signature("c")));  // first seen at second 10
  EXPECT_EQ(must(store().get_stats()).oldest_first_seen, at_second(10));
  must(store().record({make_occurrence(make_identity("d"), min_timestamp)}));
  EXPECT_EQ(must(store().get_stats()).oldest_first_seen, min_timestamp);
}

TEST_P(Stats, EqualARecountAfterEveryKindOfChange) {
  const auto identity = make_identity("a", "api");
  const SignatureId id = record(identity, 10).id;
  expect_recounted("a detection");
  record(identity, 20, 7);
  expect_recounted("further occurrences");
  record(make_identity("b", "billing"), 5);
  expect_recounted("another service");
  must(store().execute(id, StartInvestigation{}));
  expect_recounted("start investigation");
  must(store().execute(id, RevertInvestigation{}));
  expect_recounted("revert investigation");
  must(store().execute(id, Diagnose{make_diagnosis()}));
  expect_recounted("diagnose");
  must(store().execute(id, Resolve{}));
  expect_recounted("resolve");
  record(identity, 2000);
  EXPECT_EQ(get(id).status, Status::new_);
  expect_recounted("a regression");
  must(store().execute(id, Mute{}));
  expect_recounted("mute");
  must(store().execute(id, Retriage{}));
  expect_recounted("retriage");
  must(store().execute(id, Restore{Status::diagnosed, make_diagnosis()}));
  expect_recounted("restore");
  must(store().execute(id, ChangeTags{{"x"}, {}}));
  expect_recounted("tags");
  Signature saved = must(store().import(make_signature("c", "api")));
  expect_recounted("import");
  saved.occurrence_count += 100;
  saved.first_seen = at_second(1);
  saved.status = Status::muted;
  must(store().update(saved));
  expect_recounted("update");
}

TEST_P(Stats, AreUntouchedByWhatIsRejected) {
  const SignatureId id = record(make_identity("a"), 10).id;
  const StoreStats before = must(store().get_stats());
  EXPECT_FALSE(store().execute(id, RevertInvestigation{}).has_value());
  EXPECT_FALSE(store().execute(id, Mute{}, {.expected_version = 9}).has_value());
  EXPECT_FALSE(store().update(make_signature("absent")).has_value());
  EXPECT_EQ(must(store().get_stats()), before);
}

TEST_P(Stats, CountManyServicesApart) {
  std::vector<IdentifiedOccurrence> occurrences;
  for (int i = 0; i < 300; ++i) {
    const auto identity = make_identity(std::to_string(i), "service-" + std::to_string(i % 100));
    occurrences.push_back(make_occurrence(identity, at_second(i)));
  }
  must(store().record(occurrences));
  const StoreStats stats = must(store().get_stats());
  EXPECT_EQ(stats.by_service.size(), 100U);
  EXPECT_EQ(stats.by_service.at("service-7"), 3U);
  expect_recounted("300 signatures");
}

}  // namespace
}  // namespace rounds::test
