// Power cuts and failing disks: what the watermark makes of them.
#include "tests/faults/watermark_fixture.hpp"

namespace rounds::test {
namespace {

using WatermarkCrashTest = WatermarkTest;

TEST_F(WatermarkCrashTest, BufferedEventsThatAPowerCutTakesAreNotMissed) {
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
TEST_F(WatermarkCrashTest, ATornEndOfGarbageBehindTheWatermarkIsDroppedAndReported) {
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

TEST_F(WatermarkCrashTest, AFlippedBitInAnAcknowledgedGroupIsNotTakenForATornEnd) {
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

TEST_F(WatermarkCrashTest, DamageBehindTheWatermarkWithSoundEventsBehindItIsNotATornEnd) {
  auto log = open();
  append(*log, 10);
  const auto acknowledged = fs::file_size(live_wal());
  append(*log, 600, Durability::buffered);
  kill(std::move(log));
  const fs::path wal = live_wal();
  auto bytes = *read_file(*files_, wal, 1U << 20U);
  ASSERT_GT(bytes.size(), acknowledged + 100'000) << "several blocks of the write-ahead log";
  bytes[acknowledged + 100] ^= 1;
  ASSERT_TRUE(replace_file(*files_, wal, bytes));
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
}

TEST_F(WatermarkCrashTest, NoPowerCutLeavesAWatermarkThatCannotBeRead) {
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

TEST_F(WatermarkCrashTest, IsDurableAfterItsInterval) {
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

TEST_F(WatermarkCrashTest, AFailedWriteOrSyncOfTheWatermarkStopsTheLog) {
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

}  // namespace
}  // namespace rounds::test
