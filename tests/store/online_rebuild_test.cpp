// Rebuilding projections of a store while others write to it and ask it.
#include <atomic>
#include <filesystem>
#include <latch>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "eventlog/event_log.hpp"
#include "projections/projection_database.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

constexpr int signature_count = 300;

class OnlineRebuildTest : public testing::Test {
 protected:
  OnlineRebuildTest() { open(); }

  void open() {
    RocksStoreOptions options;
    // Small layers, so that the projector has always something to do.
    options.layer_signatures = 100;
    options.layer_events = 400;
    auto opened = RocksStore::open(directory_.path(), std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  void record(int from, int count) {
    std::vector<IdentifiedOccurrence> occurrences;
    for (int i = from; i < from + count; ++i) {
      const auto identity = make_identity("n" + std::to_string(i % signature_count));
      occurrences.push_back(make_occurrence(identity, at_second(i)));
      if (i < signature_count || i % 10 != 0) continue;
      // It comes with a fingerprint that the signature learns.
      occurrences.back() = make_occurrence(make_identity("late" + std::to_string(i)), at_second(i));
      occurrences.back().aliases =
          std::make_shared<const FingerprintAliases>(1, identity->fingerprint);
    }
    const auto recorded = store_->record(std::move(occurrences));
    ASSERT_TRUE(recorded) << recorded.error().message;
    // One of them goes from one tag to another.
    const auto tagged = store_->get_by_fingerprint(
        make_identity("n" + std::to_string(from % signature_count))->fingerprint);
    ASSERT_TRUE(tagged && *tagged);
    std::string present = "even";
    std::string absent = "odd";
    if (from / signature_count % 2 == 1) std::swap(present, absent);
    const ChangeTags retag{{std::move(present)}, {std::move(absent)}};
    ASSERT_TRUE(store_->execute((*tagged)->id, retag));
  }

  // Closes the store and compares it with its log.
  void expect_equal() {
    ASSERT_TRUE(store_->close());
    store_.reset();
    std::vector<std::string> families;
    const auto projections = projections_directory(directory_.path());
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, projections.string(), &families).ok());
    EXPECT_EQ(families.size(), all_projections.size() + 1) << "old families are left";
    EXPECT_FALSE(std::filesystem::exists(rebuild_directory(projections)));
    const auto verified = verify_projections(directory_.path(), {}, nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(verified->sequence, verified->last_sequence);
    EXPECT_TRUE(verified->is_equal());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<RocksStore> store_;
};

// What whoever asks meanwhile must find: everything acknowledged, and never less than before.
class Reader {
 public:
  explicit Reader(RocksStore& store) : store_(store) {}

  void check() {
    const auto stats = store_.get_stats();
    ASSERT_TRUE(stats) << stats.error().message;
    ASSERT_GE(stats->occurrence_count, occurrences_);
    occurrences_ = stats->occurrence_count;
    const auto found = store_.get_by_fingerprint(make_identity("n7")->fingerprint);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(*found);
    ASSERT_GE((*found)->occurrence_count, of_one_);
    of_one_ = (*found)->occurrence_count;
    const auto history = store_.history((*found)->id, {.limit = 1000});
    ASSERT_TRUE(history) << history.error().message;
    ASSERT_FALSE(history->events.empty());
    std::set<SignatureId> listed;
    SignatureQuery query;
    query.service = (*found)->identity->service;
    query.limit = 1000;
    const auto page = store_.list(query);
    ASSERT_TRUE(page) << page.error().message;
    for (const Signature& signature : page->signatures) listed.insert(signature.id);
    ASSERT_EQ(listed.size(), page->signatures.size()) << "a signature is listed twice";
    ASSERT_EQ(listed.size(), static_cast<std::size_t>(signature_count));
  }

 private:
  RocksStore& store_;
  std::uint64_t occurrences_ = 0;
  std::uint64_t of_one_ = 0;
};

TEST_F(OnlineRebuildTest, WritesAndAnswersGoOn) {
  record(0, signature_count * 4);
  std::atomic<bool> done = false;
  std::atomic<int> recorded = signature_count * 4;
  std::thread writer([&] {
    while (!done) {
      ASSERT_NO_FATAL_FAILURE(record(recorded, 50));
      recorded += 50;
    }
  });
  std::thread reader([&] {
    Reader checks(*store_);
    while (!done) ASSERT_NO_FATAL_FAILURE(checks.check());
  });
  const std::vector<std::vector<std::string>> choices{{},
                                                      {"by_status"},
                                                      {"stats", "history"},
                                                      {"signatures"},
                                                      {},
                                                      {"fingerprints", "by_service"},
                                                      {"by_tag"}};
  for (const auto& chosen : choices) {
    const int before = recorded;
    const auto rebuilt = store_->rebuild(chosen);
    EXPECT_TRUE(rebuilt) << rebuilt.error().message;
    while (recorded == before && !HasFatalFailure()) std::this_thread::yield();
  }
  done = true;
  writer.join();
  reader.join();
  EXPECT_EQ(store_->get_stats()->occurrence_count, static_cast<std::uint64_t>(recorded));
  expect_equal();
}

TEST_F(OnlineRebuildTest, MendsWhatIsWrongOnTheDisk) {
  record(0, signature_count);
  ASSERT_TRUE(store_->close());
  {
    const auto log = EventLog::open(log_directory(directory_.path()));
    ASSERT_TRUE(log);
    const auto database =
        ProjectionDatabase::open(projections_directory(directory_.path()), (*log)->id());
    ASSERT_TRUE(database);
    rocksdb::WriteBatch batch;
    const auto family = family_of((*database)->active(), Projection::fingerprints);
    ASSERT_TRUE(batch.Delete(family, make_identity("n7")->fingerprint).ok());
    ASSERT_TRUE((*database)->database().Write({}, &batch).ok());
  }
  open();
  ASSERT_FALSE(*store_->get_by_fingerprint(make_identity("n7")->fingerprint));
  const auto rebuilt = store_->rebuild({"fingerprints"});
  ASSERT_TRUE(rebuilt) << rebuilt.error().message;
  EXPECT_EQ(*rebuilt, static_cast<Sequence>(signature_count + 1));
  EXPECT_TRUE(*store_->get_by_fingerprint(make_identity("n7")->fingerprint));
  expect_equal();
}

TEST_F(OnlineRebuildTest, OnlyOneAtATime) {
  record(0, signature_count);
  bool asked = false;
  const auto rebuilt = store_->rebuild({}, [&](std::uint64_t, std::uint64_t) {
    asked = true;
    const auto second = store_->rebuild({});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
  });
  ASSERT_TRUE(rebuilt) << rebuilt.error().message;
  EXPECT_TRUE(asked);
  EXPECT_TRUE(store_->rebuild({}));
  EXPECT_EQ(store_->rebuild({"nonsense"}).error().code, ErrorCode::invalid_argument);
  expect_equal();
}

TEST_F(OnlineRebuildTest, StoppedItLeavesTheOldOnes) {
  record(0, signature_count);
  std::stop_source stop;
  const auto stopped = store_->rebuild(
      {}, [&](std::uint64_t, std::uint64_t) { stop.request_stop(); }, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::unavailable);
  record(signature_count, 10);
  EXPECT_EQ(store_->get_stats()->occurrence_count,
            static_cast<std::uint64_t>(signature_count + 10));
  ASSERT_TRUE(store_->close());
  open();
  EXPECT_TRUE(store_->rebuild({}));
  expect_equal();
}

TEST_F(OnlineRebuildTest, ClosingTheStoreEndsIt) {
  record(0, signature_count);
  std::latch has_begun(1);
  std::atomic<bool> closing = false;
  std::thread rebuilding([&] {
    const auto rebuilt = store_->rebuild({}, [&](std::uint64_t, std::uint64_t) {
      if (!closing.exchange(true)) has_begun.count_down();
    });
    if (!rebuilt) EXPECT_EQ(rebuilt.error().code, ErrorCode::unavailable);
  });
  has_begun.wait();
  EXPECT_TRUE(store_->close());
  rebuilding.join();
  EXPECT_EQ(store_->rebuild({}).error().code, ErrorCode::unavailable);
  open();
  EXPECT_EQ(store_->get_stats()->occurrence_count, static_cast<std::uint64_t>(signature_count));
  expect_equal();
}

}  // namespace
}  // namespace rounds::test
