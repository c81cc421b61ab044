// The watermark tells when a log has lost what was acknowledged, and is silent otherwise.
#include "eventlog/watermark.hpp"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/log_verifier.hpp"
#include "tests/eventlog/sample_events.hpp"
#include "tests/faults/fault_file_system.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Never syncs by itself within a test.
constexpr std::chrono::milliseconds never{3'600'000};

// Makes the log look like one of an older release.
void remove_meta_key(const fs::path& directory, const std::string& key) {
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, {}}, {"log", {}}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory.string(), families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  EXPECT_TRUE(database->Delete({}, key).ok());
  for (auto* handle : handles) EXPECT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
}

class WatermarkTest : public testing::Test {
 protected:
  [[nodiscard]] Result<std::unique_ptr<EventLog>> try_open(bool renew = false) {
    EventLogOptions options;
    options.env = environment_.env.get();
    options.watermark_sync_interval = never;
    options.renew_watermark = renew;
    return EventLog::open(path(), options);
  }

  std::unique_ptr<EventLog> open() {
    auto log = try_open();
    EXPECT_TRUE(log) << log.error().message;
    return log ? *std::move(log) : nullptr;
  }

  // Appends `count` events to a log that ends with `last`, one group each.
  static void append(EventLog& log, std::size_t count, Durability durability = Durability::synced) {
    for (std::size_t i = 0; i < count; ++i) {
      const Sequence next = log.last_sequence() + 1;
      const auto events = occurrence_events(1, next);
      ASSERT_TRUE(log.append(std::span(events).last(1), durability));
    }
  }

  // The process dies: whatever it does from now on has no effect.
  void kill(std::unique_ptr<EventLog> log) {
    files_->cut_power_after(0);
    log.reset();
    files_->forgive();
  }

  void cut_power(std::unique_ptr<EventLog> log, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    files_->cut_power_after(0);
    log.reset();
    files_->lose_power(random);
  }

  [[nodiscard]] fs::path path() const { return directory_.path() / "log"; }

  // The largest write-ahead log.
  [[nodiscard]] fs::path live_wal() const {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().extension() != ".log") continue;
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    return largest;
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::shared_ptr<FaultFileSystem> files_ = environment_.files;
};

TEST_F(WatermarkTest, ALogThatWasClosedOpensAsSuch) {
  {
    const auto log = open();
    EXPECT_EQ(log->opening().found, LogOpening::Found::nothing);
    append(*log, 5);
    ASSERT_TRUE(log->close());
  }
  const auto log = open();
  EXPECT_EQ(log->opening().found, LogOpening::Found::closed);
  EXPECT_EQ(log->opening().last_sequence, 5U);
}

TEST_F(WatermarkTest, AKilledProcessLeavesAnInterruptedLogWithEverythingAcknowledged) {
  auto log = open();
  append(*log, 5);
  kill(std::move(log));
  log = open();
  EXPECT_EQ(log->opening().found, LogOpening::Found::interrupted);
  EXPECT_EQ(log->opening().watermark_sequence, 5U);
  EXPECT_EQ(log->last_sequence(), 5U);
  EXPECT_THAT(log->opening().describe(), HasSubstr("all events up to 5 were acknowledged"));
}

// The gap that the watermark closes: RocksDB opens such a log without a word.
TEST_F(WatermarkTest, AWriteAheadLogThatIsCutAfterAKillIsRefused) {
  auto log = open();
  append(*log, 20);
  kill(std::move(log));
  const fs::path wal = live_wal();
  fs::resize_file(wal, fs::file_size(wal) / 2);
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
  EXPECT_THAT(refused.error().message, HasSubstr("watermark says that it reached event 20"));
  EXPECT_THAT(refused.error().message, HasSubstr("rounds verify"));
  // Not only the first time.
  EXPECT_FALSE(try_open());
  const auto verified = verify_log_in(path(), nullptr);
  ASSERT_TRUE(verified) << verified.error().message;
  ASSERT_EQ(verified->damage_count, 1U);
  EXPECT_EQ(verified->damages[0].last, 20U);
  EXPECT_GT(verified->damages[0].first, 1U);
}

TEST_F(WatermarkTest, TheLastAcknowledgedEventCutOffIsRefused) {
  auto log = open();
  append(*log, 20);
  kill(std::move(log));
  const fs::path wal = live_wal();
  fs::resize_file(wal, fs::file_size(wal) - 1);
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("the log ends with event 19"));
}

TEST_F(WatermarkTest, ADeletedLogIsRefusedAndNotMadeAnew) {
  auto log = open();
  append(*log, 3);
  ASSERT_TRUE(log->close());
  log.reset();
  fs::remove_all(path());
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
  EXPECT_THAT(refused.error().message, HasSubstr("3 events were acknowledged"));
  EXPECT_FALSE(fs::exists(path()));
}

// RocksDB would take the directory for an empty one and delete what is in it.
TEST_F(WatermarkTest, ALogWithoutCurrentIsRefusedAndLeftAlone) {
  auto log = open();
  append(*log, 3);
  kill(std::move(log));
  fs::remove(path() / "CURRENT");
  fs::remove(watermark_path(path()));
  const fs::path wal = live_wal();
  const auto size = fs::file_size(wal);
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
  EXPECT_EQ(fs::file_size(wal), size);
}

TEST_F(WatermarkTest, TheLogOfAnotherStoreIsRefused) {
  auto log = open();
  append(*log, 3);
  ASSERT_TRUE(log->close());
  const fs::path other = directory_.path() / "other";
  {
    const auto second = EventLog::open(other);
    append(**second, 5);
    ASSERT_TRUE((*second)->close());
  }
  fs::remove_all(path());
  fs::rename(other, path());
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("belongs to log"));
}

TEST_F(WatermarkTest, AnOlderCopyOfTheLogThatGrewAgainIsRefused) {
  auto log = open();
  append(*log, 3);
  ASSERT_TRUE(log->close());
  log.reset();
  const fs::path copy = directory_.path() / "copy";
  fs::copy(path(), copy, fs::copy_options::recursive);
  fs::copy(watermark_path(path()), watermark_path(copy));
  log = open();
  append(*log, 2);
  ASSERT_TRUE(log->close());
  log.reset();
  {
    // The copy goes another way from event 4 on.
    const auto second = EventLog::open(copy);
    auto events = occurrence_events(1, 6);
    for (Event& event : events) event.time += std::chrono::seconds{1};
    ASSERT_TRUE((*second)->append(std::span(events).last(3), Durability::synced));
    ASSERT_TRUE((*second)->close());
  }
  fs::remove_all(path());
  fs::rename(copy, path());
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("not those that were acknowledged"));
}

TEST_F(WatermarkTest, AMissingWatermarkIsRefusedUntilItIsRenewed) {
  auto log = open();
  append(*log, 3);
  ASSERT_TRUE(log->close());
  log.reset();
  fs::remove(watermark_path(path()));
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("--renew-watermark"));
  const auto verified = verify_log_in(path(), nullptr);
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->is_sound());
  auto renewed = try_open(true);
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ((*renewed)->opening().found, LogOpening::Found::renewed);
  ASSERT_TRUE((*renewed)->close());
  EXPECT_TRUE(verify_log_in(path(), nullptr)->is_sound());
  EXPECT_EQ(open()->opening().found, LogOpening::Found::closed);
}

TEST_F(WatermarkTest, OneDamagedSlotMakesNoDifferenceAndAllOfThemAreRefused) {
  auto log = open();
  append(*log, 3);
  ASSERT_TRUE(log->close());
  log.reset();
  const fs::path file = watermark_path(path());
  auto bytes = *read_file(*files_, file, 1U << 20U);
  for (const std::size_t slot : {0U, 1U, 2U}) {
    auto damaged = bytes;
    damaged[slot * 4096 + 20] ^= 1;
    ASSERT_TRUE(replace_file(*files_, file, damaged));
    EXPECT_TRUE(*read_watermark(*files_, file)) << slot;
  }
  for (const std::size_t slot : {0U, 1U, 2U}) bytes[slot * 4096 + 20] ^= 1;
  ASSERT_TRUE(replace_file(*files_, file, bytes));
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("none of its 3 slots"));
}

TEST_F(WatermarkTest, BufferedEventsThatAPowerCutTakesAreNotMissed) {
  std::set<Sequence> ends;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    auto log = open();
    const Sequence before = log->last_sequence();
    append(*log, 3);
    append(*log, 5, Durability::buffered);
    cut_power(std::move(log), seed);
    log = open();
    ASSERT_NE(log, nullptr) << seed;
    ASSERT_GE(log->last_sequence(), before + 3) << seed;
    ends.insert(log->last_sequence() - before);
    ASSERT_TRUE(log->close());
  }
  EXPECT_GT(ends.size(), 1U) << "no power cut took anything";
}

// RocksDB refuses garbage in the last record as it does in the middle; the watermark tells that
// nothing of it was acknowledged.
TEST_F(WatermarkTest, ATornEndOfGarbageBehindTheWatermarkIsDroppedAndReported) {
  auto log = open();
  append(*log, 10);
  append(*log, 1, Durability::buffered);
  kill(std::move(log));
  const fs::path wal = live_wal();
  auto bytes = *read_file(*files_, wal, 1U << 20U);
  bytes.back() ^= 1;
  ASSERT_TRUE(replace_file(*files_, wal, bytes));
  log = open();
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->last_sequence(), 10U);
  EXPECT_TRUE(log->opening().torn_end);
  EXPECT_THAT(log->opening().describe(), HasSubstr("torn end"));
}

TEST_F(WatermarkTest, AFlippedBitInAnAcknowledgedGroupIsNotTakenForATornEnd) {
  auto log = open();
  append(*log, 10);
  kill(std::move(log));
  const fs::path wal = live_wal();
  auto bytes = *read_file(*files_, wal, 1U << 20U);
  bytes.back() ^= 1;
  ASSERT_TRUE(replace_file(*files_, wal, bytes));
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
}

TEST_F(WatermarkTest, NoPowerCutLeavesAWatermarkThatCannotBeRead) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto log = open();
    append(*log, 4);
    // The second sync moves the writer to the third slot.
    cut_power(std::move(log), seed);
    ASSERT_TRUE(read_watermark(*files_, watermark_path(path()))) << seed;
    log = open();
    ASSERT_NE(log, nullptr) << seed;
    ASSERT_EQ(log->last_sequence(), 4 * (seed + 1));
  }
}

TEST_F(WatermarkTest, IsDurableAfterItsInterval) {
  EventLogOptions options;
  options.env = environment_.env.get();
  options.watermark_sync_interval = std::chrono::milliseconds{1};
  std::mutex mutex;
  std::condition_variable changed;
  bool synced = false;
  bool appended = false;
  files_->fail_if(
      [&](FileOperation operation, const std::string& file) {
        const std::lock_guard lock(mutex);
        if (appended && operation == FileOperation::sync && file.ends_with(".watermark")) {
          synced = true;
          changed.notify_all();
        }
        return false;
      },
      FaultError::io_error);
  auto log = EventLog::open(path(), options);
  ASSERT_TRUE(log);
  append(**log, 1);
  std::unique_lock lock(mutex);
  appended = true;
  // What was appended before may have been synced already: further appends cannot all have been.
  while (!synced) {
    lock.unlock();
    append(**log, 1);
    lock.lock();
    changed.wait_for(lock, std::chrono::milliseconds{5}, [&] { return synced; });
  }
}

TEST_F(WatermarkTest, AFailedWriteOrSyncOfTheWatermarkStopsTheLog) {
  for (const FileOperation failing : {FileOperation::write, FileOperation::sync}) {
    EventLogOptions options;
    options.env = environment_.env.get();
    options.watermark_sync_interval = std::chrono::milliseconds{1};
    auto log = EventLog::open(path(), options);
    ASSERT_TRUE(log) << log.error().message;
    files_->fail_if(
        [&](FileOperation operation, const std::string& file) {
          return operation == failing && file.ends_with(".watermark");
        },
        FaultError::io_error);
    while (!(*log)->failure()) {
      const auto events = occurrence_events(1, (*log)->last_sequence() + 1);
      static_cast<void>((*log)->append(std::span(events).last(1), Durability::synced));
    }
    files_->fail_if(nullptr, FaultError::io_error);
    const auto events = occurrence_events(1, (*log)->last_sequence() + 1);
    const auto refused = (*log)->append(std::span(events).last(1), Durability::synced);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("injected"));
  }
  // The log itself is fine.
  EXPECT_NE(open(), nullptr);
}

TEST_F(WatermarkTest, ALogOfAReleaseWithoutWatermarksGetsOne) {
  auto log = open();
  append(*log, 3);
  ASSERT_TRUE(log->close());
  log.reset();
  fs::remove(watermark_path(path()));
  remove_meta_key(path(), "has_watermark");
  EXPECT_TRUE(verify_log_in(path(), nullptr)->is_sound());
  log = open();
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->opening().found, LogOpening::Found::without_watermark);
  append(*log, 1);
  kill(std::move(log));
  EXPECT_EQ((*read_watermark(*files_, watermark_path(path())))->sequence, 4U);
}

TEST_F(WatermarkTest, VerifyingBesideAWriterChangesNothingAndFindsNothing) {
  const auto log = open();
  append(*log, 3);
  const auto before = *read_file(*files_, watermark_path(path()), 1U << 20U);
  std::set<fs::path> files_before;
  for (const auto& entry : fs::directory_iterator(path())) files_before.insert(entry.path());
  const auto verified = verify_log_in(path(), nullptr);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->is_sound());
  EXPECT_EQ(verified->event_count, 3U);
  EXPECT_EQ(*read_file(*files_, watermark_path(path()), 1U << 20U), before);
  std::set<fs::path> files_after;
  for (const auto& entry : fs::directory_iterator(path())) files_after.insert(entry.path());
  EXPECT_EQ(files_after, files_before);
  append(*log, 1);  // and the writer goes on
}

}  // namespace
}  // namespace rounds::test
