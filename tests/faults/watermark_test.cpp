// The watermark tells when a log has lost what was acknowledged, and is silent otherwise.
#include <fstream>

#include "tests/faults/watermark_fixture.hpp"

namespace rounds::test {
namespace {

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

TEST_F(WatermarkTest, TableFilesWithoutCurrentAreRefusedAndLeftAlone) {
  for (int session = 0; session < 3; ++session) {
    const auto log = open();
    append(*log, 3);
    ASSERT_TRUE(log->close());
  }
  fs::remove(path() / "CURRENT");
  fs::remove(watermark_path(path()));
  const auto tables = [this] {
    std::set<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().extension() == ".sst") found.insert(entry.path());
    }
    return found;
  };
  const auto before = tables();
  ASSERT_FALSE(before.empty());
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
  EXPECT_THAT(refused.error().message, HasSubstr("the file CURRENT that leads to it is gone"));
  EXPECT_EQ(tables(), before);
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
  const auto verified = verify_log_in(path(), nullptr);
  ASSERT_TRUE(verified) << verified.error().message;
  ASSERT_FALSE(verified->is_sound());
  EXPECT_THAT(verified->damages[0].error.message, HasSubstr("not those that were acknowledged"));
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

// After a power cut: the torn end was never acknowledged, and the file that holds it may stay.
TEST_F(WatermarkTest, ATornEndIsNoDamageToVerify) {
  auto log = open();
  append(*log, 3);
  ASSERT_TRUE(log->close());
  log = open();
  append(*log, 1, Durability::buffered);
  kill(std::move(log));
  const fs::path wal = live_wal();
  {
    std::fstream stream(wal, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-1, std::ios::end);
    stream.put('\x5a');
  }
  for (int i = 0; i < 2; ++i) {
    const auto verified = verify_log_in(path(), nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_TRUE(verified->is_sound());
    EXPECT_EQ(verified->event_count, 3U);
    if (i == 0) log = open();  // and beside a writer
    ASSERT_NE(log, nullptr);
  }
}

// RocksDB by itself would take it for the end of the file, and delete the file.
TEST_F(WatermarkTest, ARecordThatLooksRecycledIsRefusedAndLeftAsItWas) {
  auto log = open();
  append(*log, 10);
  kill(std::move(log));
  const fs::path wal = live_wal();
  std::string bytes = *read_file(*files_, wal, 1U << 20U);
  std::size_t record = 0;
  for (int i = 0; i < 4; ++i) {
    const auto length = [&](std::size_t place) { return static_cast<std::uint8_t>(bytes[place]); };
    record += 7U + length(record + 4) + 256U * length(record + 5);
  }
  ASSERT_EQ(bytes.at(record + 6), 1) << "the type of a whole record";
  bytes[record + 6] = 5;
  ASSERT_TRUE(replace_file(*files_, wal, bytes));
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
  const auto after = read_file(*files_, wal, 1U << 20U);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(*after, bytes);
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
