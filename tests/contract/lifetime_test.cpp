// Closing, and opening again.
#include <future>

#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Lifetime : public ContractTest {};
ROUNDS_ON_EVERY_STORE(Lifetime);

TEST_P(Lifetime, EverythingIsUnavailableAfterClose) {
  const Signature present = record(make_identity("a"), 10);
  must(store().close());

  const auto unavailable = ErrorCode::unavailable;
  EXPECT_TRUE(fails_with(store().get_by_id(present.id), unavailable));
  EXPECT_TRUE(fails_with(store().get_by_fingerprint("fingerprint-a"), unavailable));
  EXPECT_TRUE(fails_with(store().list({}), unavailable));
  EXPECT_TRUE(fails_with(store().history(present.id, {}), unavailable));
  EXPECT_TRUE(fails_with(store().get_stats(), unavailable));
  EXPECT_TRUE(fails_with(store().get_pending_investigation(5), unavailable));
  EXPECT_TRUE(fails_with(store().get_similar(present.id), unavailable));
  EXPECT_TRUE(
      fails_with(store().record({make_occurrence(present.identity, at_second(20))}), unavailable));
  EXPECT_TRUE(fails_with(store().execute(present.id, Mute{}), unavailable));
  EXPECT_TRUE(fails_with(store().save(present), unavailable));
  EXPECT_TRUE(fails_with(store().update(present), unavailable));
  EXPECT_TRUE(fails_with(store().import(make_signature("b")), unavailable));
}

TEST_P(Lifetime, CloseMayBeCalledAgain) {
  record(make_identity("a"), 10);
  must(store().close());
  EXPECT_TRUE(store().close().has_value());
  EXPECT_TRUE(fails_with(store().get_stats(), ErrorCode::unavailable));
}

TEST_P(Lifetime, ACompletionMaySubmitAgain) {
  const auto identity = make_identity("a");
  std::promise<Result<Commit>> done;
  int remaining = 20;
  std::function<void()> submit_next = [&] {
    store().submit(RecordOccurrences{{make_occurrence(identity, at_second(remaining))}, {}},
                   [&](Result<Commit> outcome) {
                     if (!outcome || --remaining == 0) {
                       done.set_value(std::move(outcome));
                     } else {
                       submit_next();
                     }
                   });
  };
  submit_next();
  EXPECT_TRUE(done.get_future().get().has_value());
  EXPECT_EQ(get(identity->fingerprint).occurrence_count, 20U);
}

TEST_P(Lifetime, ReopeningKeepsEverything) {
  if (!fixture().persists()) GTEST_SKIP() << "this store lives as long as its object";
  for (int i = 0; i < 30; ++i) {
    const auto identity = make_identity(std::to_string(i), i % 2 == 0 ? "api" : "billing");
    const Signature created = record(identity, i, 1 + static_cast<std::size_t>(i));
    bring_to(created.id, all_statuses[static_cast<std::size_t>(i) % all_statuses.size()]);
    must(store().execute(created.id, ChangeTags{{"x", "y"}, {}},
                         {.provenance = {"me", "because", "r-1"}}));
  }
  must(store().import(make_signature("imported")));
  const Snapshot before = snapshot(store());

  fixture().reopen();
  EXPECT_EQ(snapshot(store()), before);
  fixture().reopen();
  EXPECT_EQ(snapshot(store()), before);
}

TEST_P(Lifetime, ReopeningAnEmptyStoreGivesAnEmptyStore) {
  if (!fixture().persists()) GTEST_SKIP() << "this store lives as long as its object";
  fixture().reopen();
  EXPECT_EQ(snapshot(store()), Snapshot{});
}

TEST_P(Lifetime, AReopenedStoreGoesOnWhereItStopped) {
  if (!fixture().persists()) GTEST_SKIP() << "this store lives as long as its object";
  const auto identity = make_identity("a");
  const Signature before = record(identity, 10);
  must(store().close());
  fixture().reopen();

  const Signature counted = record(identity, 20);
  EXPECT_EQ(counted.id, before.id);
  EXPECT_EQ(counted.occurrence_count, 2U);
  EXPECT_EQ(counted.version, before.version + 1);
  EXPECT_EQ(counted.last_sequence, before.last_sequence + 1);
  EXPECT_EQ(history_of(store(), before.id).size(), 2U);
  EXPECT_EQ(must(store().execute(before.id, Mute{}, {.expected_version = 2})).version, 3U);
}

TEST_P(Lifetime, RebuildingProjectionsChangesNothing) {
  for (int i = 0; i < 10; ++i) {
    const Signature created = record(make_identity(std::to_string(i)), i);
    bring_to(created.id, all_statuses[static_cast<std::size_t>(i) % all_statuses.size()]);
  }
  const Snapshot before = snapshot(store());
  fixture().rebuild_projections();
  EXPECT_EQ(snapshot(store()), before);
  EXPECT_EQ(record(make_identity("3"), 20).occurrence_count, 2U);
}

}  // namespace
}  // namespace rounds::test
