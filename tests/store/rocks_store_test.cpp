// What RocksStore promises beyond the contract of all stores: what queries cost, and what of a data
// directory may grow. damaged_projections_test.cpp has what it makes of damage.
#include "store/rocks_store.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <iterator>
#include <latch>
#include <thread>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include "eventlog/event_log.hpp"
#include "store/repetitions.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class RocksStoreTest : public testing::Test {
 protected:
  std::unique_ptr<RocksStore> open(RocksStoreOptions options = {}) {
    auto store = RocksStore::open(directory_.path(), std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

  TemporaryDirectory directory_;
};

// `count` signatures with three events each: detected, recorded, tagged.
std::vector<SignatureId> fill(RocksStore& store, std::size_t count) {
  std::vector<SignatureId> ids;
  for (std::size_t i = 0; i < count; ++i) {
    const auto identity = make_identity("n" + std::to_string(i));
    const Timestamp time = at_second(static_cast<std::int64_t>(i));
    EXPECT_TRUE(store.record({make_occurrence(identity, time)}));
    EXPECT_TRUE(store.record({make_occurrence(identity, time)}));
    const auto signature = store.get_by_fingerprint(identity->fingerprint);
    ids.push_back((*signature)->id);
    EXPECT_TRUE(store.execute(ids.back(), ChangeTags{{"tag"}, {}}));
  }
  return ids;
}

// Every way in which RocksDB can have looked something up in the log.
std::uint64_t reads_of(const rocksdb::Statistics& statistics) {
  std::uint64_t reads = 0;
  for (const auto ticker :
       {rocksdb::NUMBER_KEYS_READ, rocksdb::NUMBER_DB_SEEK, rocksdb::NUMBER_DB_NEXT,
        rocksdb::NUMBER_DB_PREV, rocksdb::NUMBER_MULTIGET_KEYS_READ, rocksdb::MEMTABLE_HIT,
        rocksdb::MEMTABLE_MISS, rocksdb::BLOCK_CACHE_HIT, rocksdb::BLOCK_CACHE_MISS}) {
    reads += statistics.getTickerCount(ticker);
  }
  return reads;
}

TEST_F(RocksStoreTest, NoQueryReadsTheLog) {
  RocksStoreOptions options;
  options.log_statistics = rocksdb::CreateDBStatistics();
  const auto statistics = options.log_statistics;
  options.layer_signatures = 8;  // some signatures are on disk, some in layers
  const auto store = open(std::move(options));
  const auto ids = fill(*store, 30);
  const std::uint64_t before = reads_of(*statistics);
  for (const SignatureId& id : ids) {
    const auto signature = store->get_by_id(id);
    ASSERT_TRUE(signature && *signature);
    ASSERT_TRUE(store->get_by_fingerprint((*signature)->identity->fingerprint));
    ASSERT_TRUE(store->get_similar(id));
  }
  for (const bool with_status : {false, true}) {
    for (const bool with_service : {false, true}) {
      for (const bool with_error_type : {false, true}) {
        SignatureQuery query;
        if (with_status) query.status = Status::new_;
        if (with_service) query.service = "checkout";
        if (with_error_type) query.error_type = "TypeError";
        query.limit = 10;
        const auto page = store->list(query);
        ASSERT_TRUE(page);
        EXPECT_EQ(page->signatures.size(), 10U);
      }
    }
  }
  ASSERT_TRUE(store->get_pending_investigation(10));
  ASSERT_TRUE(store->get_stats());
  EXPECT_EQ(reads_of(*statistics), before);
  // The measure works: a history reads its own events, one seek for each.
  const std::uint64_t seeks_before = statistics->getTickerCount(rocksdb::NUMBER_DB_SEEK);
  const auto history = store->history(ids[3], {});
  ASSERT_TRUE(history);
  ASSERT_EQ(history->events.size(), 3U);
  EXPECT_EQ(statistics->getTickerCount(rocksdb::NUMBER_DB_SEEK) - seeks_before, 3U);
}

TEST_F(RocksStoreTest, IsNotCreatedUnlessAskedTo) {
  RocksStoreOptions options;
  options.create_if_missing = false;
  const auto store = RocksStore::open(directory() / "absent", std::move(options));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::data_missing);
}

TEST_F(RocksStoreTest, CanBeOpenedByOneAtATime) {
  const auto store = open();
  const auto second = RocksStore::open(directory());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::in_use);
}

TEST_F(RocksStoreTest, OpeningItAgainAndAgainDoesNotAddFilesForEver) {
  StoreStats expected;
  {
    const auto store = open();
    fill(*store, 3);
    expected = *store->get_stats();
  }
  // The most files that were there after each of 20 times.
  const auto most_files = [this] {
    std::ptrdiff_t most = 0;
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(open()->close());
      const std::filesystem::recursive_directory_iterator files(directory());
      most = std::max(most, std::distance(begin(files), end(files)));
    }
    return most;
  };
  // Tables that wait for their compaction come and go: up to four in each database.
  constexpr std::ptrdiff_t tables = 2 * 4;
  const auto at_first = most_files();
  EXPECT_LE(most_files(), at_first + tables);
  EXPECT_EQ(*open()->get_stats(), expected);
}

TEST_F(RocksStoreTest, WritesOneEventForAStormAndOneForEachOccurrenceIfToldSo) {
  std::vector<IdentifiedOccurrence> storm;
  storm.reserve(1000);
  const auto identity = make_identity("storm");
  for (int i = 0; i < 1000; ++i) storm.push_back(make_occurrence(identity, at_second(i)));
  {
    const auto store = open();
    ASSERT_TRUE(store->record(storm));
    EXPECT_EQ(store->log()->last_sequence(), 1U);
    EXPECT_EQ(store->get_stats()->occurrence_count, 1000U);
  }
  RocksStoreOptions options;
  options.coalesce_occurrences = false;
  const auto store = open(std::move(options));
  ASSERT_TRUE(store->record(storm));
  EXPECT_EQ(store->log()->last_sequence(), 1001U);
  EXPECT_EQ(store->get_stats()->occurrence_count, 2000U);
}

TEST_F(RocksStoreTest, KeepsAFewExemplarsOfAStorm) {
  std::vector<IdentifiedOccurrence> storm;
  storm.reserve(100);
  const auto identity = make_identity("storm");
  for (int i = 0; i < 100; ++i) storm.push_back(make_occurrence(identity, at_second(i)));
  const auto store = open();
  ASSERT_TRUE(store->record(storm));
  const auto signature = *store->get_by_fingerprint(identity->fingerprint);
  const auto history = store->history(signature->id, {});
  const auto& detected = std::get<SignatureDetected>(history->events.at(0).payload);
  ASSERT_EQ(detected.occurrences.exemplars.size(), limits::max_exemplars_per_event);
  EXPECT_EQ(detected.occurrences.exemplars[0], storm[0].exemplar);
  EXPECT_EQ(detected.occurrences.last_seen, at_second(99));
}

TEST_F(RocksStoreTest, TakesNoMoreThanItsQueueHolds) {
  // A completion that waits keeps the committer busy, so that the queue fills up.
  RocksStoreOptions options;
  options.coalesce_occurrences = false;  // folded ones would take no room
  const auto store = open(std::move(options));
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::promise<void> blocked;
  store->submit(RecordOccurrences{}, [&](const Result<Commit>&) {
    blocked.set_value();
    released.wait();
  });
  blocked.get_future().wait();
  const std::vector<IdentifiedOccurrence> batch(limits::max_occurrences_per_submission,
                                                make_occurrence(make_identity("a"), at_second(1)));
  std::atomic<std::size_t> accepted = 0;
  std::atomic<std::size_t> overloaded = 0;
  constexpr std::ptrdiff_t submissions = 12;
  std::latch answered(submissions);
  for (std::ptrdiff_t i = 0; i < submissions; ++i) {
    store->submit(RecordOccurrences{batch, {}}, [&](const Result<Commit>& outcome) {
      if (outcome) accepted += batch.size();
      if (!outcome && outcome.error().code == ErrorCode::overloaded) ++overloaded;
      answered.count_down();
    });
  }
  EXPECT_EQ(overloaded, 4U);
  release.set_value();
  answered.wait();
  EXPECT_EQ(store->get_stats()->occurrence_count, accepted);
  EXPECT_EQ(accepted, 8U * batch.size());
}

TEST_F(RocksStoreTest, ABlockingWriteIsDoneOnItsCallersThreadIfNobodyElseWrites) {
  std::vector<std::thread::id> committed_on;
  RocksStoreOptions options;
  options.committed = [&](Sequence) { committed_on.push_back(std::this_thread::get_id()); };
  const auto store = open(std::move(options));
  ASSERT_TRUE(store->record({make_occurrence(make_identity("a"), at_second(1))}));
  // While the committer's own thread is at it, the caller waits for that.
  std::promise<void> release;
  std::promise<void> blocked;
  store->submit(RecordOccurrences{}, [&](const Result<Commit>&) {
    blocked.set_value();
    release.get_future().wait();
  });
  blocked.get_future().wait();
  std::jthread caller(
      [&] { EXPECT_TRUE(store->record({make_occurrence(make_identity("b"), at_second(1))})); });
  const auto caller_id = caller.get_id();
  while (store->metrics()->queue.submissions == 0) std::this_thread::yield();
  release.set_value();
  caller.join();
  ASSERT_EQ(committed_on.size(), 3U);
  EXPECT_EQ(committed_on[0], std::this_thread::get_id());
  EXPECT_NE(committed_on[1], std::this_thread::get_id());
  EXPECT_EQ(committed_on[2], committed_on[1]);
  EXPECT_NE(committed_on[2], caller_id);
}

TEST_F(RocksStoreTest, OccurrencesThatFoldTakeNoRoomInTheQueue) {
  const auto store = open();
  const std::vector<IdentifiedOccurrence> batch(limits::max_occurrences_per_submission,
                                                make_occurrence(make_identity("a"), at_second(1)));
  constexpr std::ptrdiff_t submissions = 20;  // far more than the queue holds of different ones
  std::latch answered(submissions);
  for (std::ptrdiff_t i = 0; i < submissions; ++i) {
    store->submit(RecordOccurrences{batch, {}}, [&](const Result<Commit>& outcome) {
      EXPECT_TRUE(outcome);
      answered.count_down();
    });
  }
  answered.wait();
  EXPECT_EQ(store->get_stats()->occurrence_count, submissions * batch.size());
}

TEST_F(RocksStoreTest, TellsHowManyKeysItForgotBeforeTheirTime) {
  const auto store = open();
  RecordOccurrences record;
  record.occurrences.assign(limits::max_occurrences_per_submission,
                            make_occurrence(make_identity("a"), at_second(1)));
  record.keys.resize(record.occurrences.size());
  constexpr std::size_t submissions =
      1 + most_occurrence_keys / limits::max_occurrences_per_submission;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < submissions; ++i) {
    EXPECT_EQ(store->metrics()->keys_forgotten_early, 0U);
    for (OccurrenceKeys& keys : record.keys) keys.delivery = {1, ++number};
    ASSERT_TRUE(store->submit_and_wait(record));
  }
  EXPECT_EQ(store->metrics()->keys_forgotten_early, number - most_occurrence_keys);
}

}  // namespace
}  // namespace rounds::test
