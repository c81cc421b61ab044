// A store whose disk fails goes on answering, says why it takes no writes, and comes back.
#include "store/supervised_store.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/backup.hpp"
#include "store/maintenance.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using testing::HasSubstr;
using Kind = StoreIncident::Kind;

// What the store reported, for tests to wait for.
class Incidents {
 public:
  void add(const StoreIncident& incident) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(incident);
    changed_.notify_all();
  }
  // Waits for the next one of this kind behind those waited for before; returns its message.
  std::string wait_for(Kind kind) {
    std::unique_lock lock(mutex_);
    while (true) {
      for (; next_ < seen_.size(); ++next_) {
        if (seen_[next_].kind == kind) return seen_[next_++].message;
      }
      changed_.wait(lock);
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StoreIncident> seen_;
  std::size_t next_ = 0;
};

class SupervisedStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SupervisedStore> open(std::size_t layer_events = 1000) {
    SupervisedStoreOptions options;
    options.store = [this, layer_events] {
      RocksStoreOptions store;
      store.env = environment_.env.get();
      store.layer_events = layer_events;
      return store;
    };
    options.first_retry = std::chrono::milliseconds{1};
    options.longest_retry = std::chrono::milliseconds{10};
    options.watch_interval = std::chrono::milliseconds{10};
    options.reserve_bytes = 1U << 20U;
    options.resume_free_bytes = 1U << 20U;
    options.report = [this](const StoreIncident& incident) { incidents_.add(incident); };
    auto store = SupervisedStore::open(directory_.path(), std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

  static Result<Commit> record(SignatureStore& store, const std::string& name) {
    return store.record({make_occurrence(make_identity(name), at_second(1))});
  }

  static std::uint64_t count(SignatureStore& store) {
    const auto stats = store.get_stats();
    EXPECT_TRUE(stats) << stats.error().message;
    return stats ? stats->occurrence_count : 0;
  }

  // The disk is full: nothing can be created or grow.
  void fill_disk() {
    files_->fail_if(
        [](FileOperation operation, const std::string& path) {
          const bool grows = operation == FileOperation::create ||
                             operation == FileOperation::write ||
                             operation == FileOperation::allocate;
          return grows && !path.ends_with(".watermark");
        },
        FaultError::no_space);
  }
  void free_disk() { files_->fail_if(nullptr, FaultError::no_space); }

  void expect_sound_projections() {
    const auto verified = verify_projections(directory_.path(), {}, nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_TRUE(verified->is_equal());
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::shared_ptr<FaultFileSystem> files_ = environment_.files;
  Incidents incidents_;
};

TEST_F(SupervisedStoreTest, AFullDiskStopsWritesNotReadsAndSpaceBringsWritesBack) {
  auto store = open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(record(*store, "n" + std::to_string(i)));
  fill_disk();
  const auto first = record(*store, "refused");
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, ErrorCode::io_error);
  EXPECT_THAT(first.error().message, HasSubstr("No space left on device"));
  const auto second = record(*store, "refused");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("No space left on device"));
  EXPECT_THAT(incidents_.wait_for(Kind::failed), HasSubstr("No space left on device"));
  incidents_.wait_for(Kind::waiting);
  EXPECT_EQ(store->condition().state, StoreCondition::State::failed);
  EXPECT_THAT(store->condition().reason, HasSubstr("No space left on device"));
  EXPECT_EQ(count(*store), 10U);
  free_disk();
  incidents_.wait_for(Kind::resumed);
  EXPECT_EQ(store->condition().state, StoreCondition::State::ready);
  ASSERT_TRUE(record(*store, "taken"));
  EXPECT_EQ(store->metrics()->recorded_occurrences, 11U) << "counting goes on";
  // The refused one may have reached the disk: nobody was told that it did not.
  EXPECT_GE(count(*store), 11U);
  EXPECT_LE(count(*store), 12U);
  ASSERT_TRUE(store->close());
  expect_sound_projections();
}

TEST_F(SupervisedStoreTest, AFailedSyncIsNotRetriedAndTheStoreComesBack) {
  auto store = open();
  ASSERT_TRUE(record(*store, "a"));
  std::atomic<int> syncs = 0;
  files_->fail_if(
      [&](FileOperation operation, const std::string& path) {
        if (operation != FileOperation::sync) return false;
        // Without the probe the store is not opened again, and goes on answering.
        if (path.find("reserve.probe") != path.npos) return true;
        if (!path.ends_with(".log")) return false;
        ++syncs;
        return true;
      },
      FaultError::io_error);
  EXPECT_FALSE(record(*store, "b"));
  EXPECT_FALSE(record(*store, "c"));
  EXPECT_FALSE(record(*store, "d"));
  EXPECT_EQ(syncs, 1);
  EXPECT_EQ(count(*store), 1U);
  free_disk();
  incidents_.wait_for(Kind::resumed);
  ASSERT_TRUE(record(*store, "e"));
}

TEST_F(SupervisedStoreTest, ProjectionsThatCannotBeWrittenAreOpenedAnewBeforeAnyWriteIsRefused) {
  constexpr std::size_t layer_events = 5;
  auto store = open(layer_events);
  files_->fail_if(
      [](FileOperation operation, const std::string& path) {
        return operation == FileOperation::write && path.find("/projections/") != path.npos &&
               path.ends_with(".log");
      },
      FaultError::io_error);
  for (std::size_t i = 0; i < layer_events; ++i) {
    ASSERT_TRUE(record(*store, "n" + std::to_string(i)));
  }
  EXPECT_THAT(incidents_.wait_for(Kind::failed), HasSubstr("injected"));
  free_disk();
  incidents_.wait_for(Kind::resumed);
  EXPECT_EQ(count(*store), layer_events);
  ASSERT_TRUE(store->close());
  expect_sound_projections();
}

TEST_F(SupervisedStoreTest, AStoreThatDoesNotOpenAgainIsTriedUntilItDoes) {
  // Before the store, whose threads ask for them until it is gone.
  std::atomic<bool> opening_fails = true;
  std::atomic<bool> writing_fails = true;
  auto store = open();
  ASSERT_TRUE(record(*store, "a"));
  files_->fail_if(
      [&](FileOperation operation, const std::string& path) {
        const bool wal = path.ends_with(".log") && operation == FileOperation::write;
        const bool manifest = path.find("MANIFEST") != path.npos;
        return (writing_fails && wal) || (opening_fails && manifest);
      },
      FaultError::io_error);
  EXPECT_FALSE(record(*store, "b"));
  incidents_.wait_for(Kind::waiting);
  const auto refused = record(*store, "c");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  const auto unread = store->get_stats();
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().code, ErrorCode::unavailable);
  EXPECT_THAT(unread.error().message, HasSubstr("opened again"));
  writing_fails = false;
  opening_fails = false;
  incidents_.wait_for(Kind::resumed);
  EXPECT_GE(count(*store), 1U);
  ASSERT_TRUE(record(*store, "d"));
}

TEST_F(SupervisedStoreTest, TheReserveLetsAStoreOnAFullDiskCloseCleanly) {
  const auto reserve = directory_.path() / "reserve";
  auto store = open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(record(*store, "n" + std::to_string(i)));
  ASSERT_TRUE(std::filesystem::exists(reserve));
  // Full until the reserve is gone.
  files_->fail_if(
      [&](FileOperation operation, const std::string& path) {
        const bool grows = operation == FileOperation::create ||
                           operation == FileOperation::write ||
                           operation == FileOperation::allocate;
        return grows && !path.ends_with(".watermark") && std::filesystem::exists(reserve);
      },
      FaultError::no_space);
  EXPECT_FALSE(record(*store, "refused"));
  incidents_.wait_for(Kind::waiting);
  const auto closed = store->close();
  EXPECT_TRUE(closed) << closed.error().message;
  EXPECT_FALSE(std::filesystem::exists(reserve));
  free_disk();
  store = open();
  EXPECT_THAT(incidents_.wait_for(Kind::opened), HasSubstr("as it was closed"));
  EXPECT_GE(count(*store), 10U);
  EXPECT_TRUE(std::filesystem::exists(reserve));
}

TEST_F(SupervisedStoreTest, AnswersUnavailableOnceClosed) {
  auto store = open();
  ASSERT_TRUE(store->close());
  ASSERT_TRUE(store->close());
  EXPECT_EQ(store->get_stats().error().code, ErrorCode::unavailable);
  EXPECT_EQ(record(*store, "a").error().code, ErrorCode::unavailable);
}

TEST_F(SupervisedStoreTest, ASubscriptionWaitsWhileTheStoreIsOpenedAgainAndGoesOnWhereItWas) {
  std::atomic<bool> opening_fails = true;
  auto store = open();
  ASSERT_TRUE(record(*store, "a"));
  ASSERT_TRUE(record(*store, "b"));
  const auto subscription = store->subscribe(1).value();
  EXPECT_EQ(subscription->poll(1)->size(), 1U);
  files_->fail_if(
      [&](FileOperation operation, const std::string& path) {
        const bool wal = path.ends_with(".log") && operation == FileOperation::write;
        return opening_fails && (wal || path.find("MANIFEST") != path.npos);
      },
      FaultError::io_error);
  EXPECT_FALSE(record(*store, "refused"));
  incidents_.wait_for(Kind::waiting);
  while (store->get_stats()) std::this_thread::yield();  // until it is closed
  const auto nothing = subscription->next(10, std::chrono::milliseconds{1});
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_TRUE(nothing->empty()) << "event b is out of reach";
  EXPECT_EQ(store->subscribe(1).error().code, ErrorCode::unavailable);
  std::atomic<bool> told = false;
  subscription->when_ready([&] { told = true; });
  EXPECT_FALSE(told) << "a reader would look again and again in vain";
  opening_fails = false;
  incidents_.wait_for(Kind::resumed);
  const auto rest = subscription->next(10);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(rest->front().sequence, 2U);
  EXPECT_TRUE(told);
  ASSERT_TRUE(store->close());
  EXPECT_EQ(subscription->next(10).error().code, ErrorCode::unavailable);
}

TEST_F(SupervisedStoreTest, ASubscriptionShowsEachEventOnceThroughFailuresAndReopenings) {
  auto store = open();
  std::vector<Event> seen;
  std::atomic<Sequence> shown = 0;
  const auto subscription = store->subscribe(1).value();
  std::jthread follower([&] {
    while (true) {
      const auto events = subscription->next(3);
      if (!events) break;
      seen.insert(seen.end(), events->begin(), events->end());
      shown = seen.size();
    }
  });
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 20; ++j) ASSERT_TRUE(record(*store, fmt::format("{}-{}", i, j)));
    fill_disk();
    while (record(*store, "more")) std::this_thread::yield();
    incidents_.wait_for(Kind::failed);
    free_disk();
    incidents_.wait_for(Kind::resumed);
  }
  ASSERT_TRUE(record(*store, "last"));
  const Sequence end = store->get_stats().value().sequence;
  while (shown < end) std::this_thread::yield();
  subscription->cancel();
  follower.join();
  ASSERT_EQ(seen.size(), end);
  for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i].sequence, i + 1);
  for (const Event& event : seen) {
    const auto history = store->history(event.signature_id, {.limit = 1000}).value();
    ASSERT_EQ(history.events.at(event.version - 1), event);
  }
}

TEST_F(SupervisedStoreTest, BackupsGoOnOrAreGivenUpWhileTheStoreIsOpenedAgain) {
  const TemporaryDirectory elsewhere;
  const auto backups = elsewhere.path() / "backups";
  auto store = open();
  ASSERT_TRUE(record(*store, "first"));
  ASSERT_TRUE(store->create_backup(backups));
  std::atomic<bool> stop = false;
  std::jthread backing_up([&] {
    // What fails is told by an error; what does not is sound, as is seen below.
    while (!stop.load()) static_cast<void>(store->create_backup(backups));
  });
  for (int i = 0; i < 3; ++i) {
    fill_disk();
    while (record(*store, "more")) std::this_thread::yield();
    incidents_.wait_for(Kind::failed);
    free_disk();
    incidents_.wait_for(Kind::resumed);
    ASSERT_TRUE(record(*store, "again" + std::to_string(i)));
  }
  stop = true;
  backing_up.join();
  const auto last = store->create_backup(backups);
  ASSERT_TRUE(last) << last.error().message;
  const std::uint64_t total = count(*store);
  ASSERT_TRUE(store->close());
  for (const BackupNumber number : list_log_backups(backups).value()) {
    const auto verified = verify_log_backup(backups, number, nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_TRUE(verified->is_sound()) << number;
  }
  const auto restored = elsewhere.path() / "restored";
  ASSERT_TRUE(restore_backup(backups, last->number, restored, nullptr));
  EXPECT_EQ(count(*RocksStore::open(restored).value()), total);
}

}  // namespace
}  // namespace rounds::test
