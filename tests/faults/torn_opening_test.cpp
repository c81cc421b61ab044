// Power cuts at every single step of creating and of opening a log: the next opening finds it
// whole.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "tests/faults/watermark_fixture.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

// Each cut leaves something else: nothing of what was not synced, a part, garbage.
constexpr std::uint64_t losses_each = 12;

// A record of RocksDB's logs whose payload did not reach the disk: checksum, length, type, zeros.
const std::string torn_record =
    std::string("\x12\x34\x56\x78\x20\x00\x01", 7) + std::string(32, '\0');

class TornOpeningTest : public WatermarkTest {
 protected:
  [[nodiscard]] Result<std::unique_ptr<EventLog>> open_at(const fs::path& directory) {
    EventLogOptions options;
    options.env = environment_.env.get();
    options.watermark_sync_interval = never;
    return EventLog::open(directory, options);
  }

  // How many operations opening a log takes that is like `original`; none: creating it.
  std::uint64_t count_operations(const fs::path& original) {
    const fs::path log = fresh(original);
    const std::uint64_t before = files_->operation_count();
    EXPECT_TRUE(open_at(log));
    return files_->operation_count() - before;
  }

  // Cuts the power in the middle of opening a log like `original`, at each step in turn, and opens
  // what is left: it must hold exactly `events`.
  void cut_at_each_step(const fs::path& original, Sequence events) {
    const std::uint64_t operations = count_operations(original);
    ASSERT_GT(operations, 10U);
    std::mt19937_64 random(random_seed());
    for (std::uint64_t step = 0; step < operations * losses_each; ++step) {
      const fs::path log = fresh(original);
      files_->cut_power_after(step / losses_each);
      static_cast<void>(open_at(log));
      files_->cut_power_after(0);
      files_->lose_power(random);
      const auto opened = open_at(log);
      ASSERT_TRUE(opened) << "cut after " << step / losses_each
                          << " operations: " << opened.error().message;
      ASSERT_EQ((*opened)->last_sequence(), events);
    }
  }

 private:
  fs::path fresh(const fs::path& original) {
    const fs::path log = directory_.path() / "cut" / "log";
    fs::remove_all(log.parent_path());
    fs::create_directory(log.parent_path());
    if (!original.empty()) {
      fs::copy(original.parent_path(), log.parent_path(), fs::copy_options::recursive);
    }
    files_->forgive();
    return log;
  }
};

TEST_F(TornOpeningTest, APowerCutAtAnyStepOfCreatingALogLeavesOneThatOpens) {
  cut_at_each_step({}, 0);
}

TEST_F(TornOpeningTest, APowerCutAtAnyStepOfOpeningALogLosesNothing) {
  const fs::path original = directory_.path() / "original" / "log";
  fs::create_directory(original.parent_path());
  {
    auto log = open_at(original);
    ASSERT_TRUE(log) << log.error().message;
    append(**log, 5);
    ASSERT_TRUE((*log)->close());
  }
  // From some opening on, RocksDB also writes a table and the change of its MANIFEST.
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(open_at(original));
  cut_at_each_step(original, 5);
}

// Garbage of which RocksDB takes a part for a record of a recycled file, and reads it for ever when
// it looks for what is sound behind the garbage.
TEST_F(TornOpeningTest, GarbageThatLooksRecycledIsATornEndLikeOthers) {
  auto log = open();
  append(*log, 10);
  kill(std::move(log));
  constexpr std::size_t block_bytes = 32U << 10U;
  std::string wal = *read_file(*files_, live_wal(), block_bytes);
  wal += torn_record;
  wal.resize(block_bytes, '\x5a');
  wal += std::string("\x12\x34\x56\x78\x20\x00\x05", 7) + std::string(64, '\x5a');
  ASSERT_TRUE(replace_file(*files_, live_wal(), wal));
  log = open();
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->last_sequence(), 10U);
  EXPECT_TRUE(log->opening().torn_end);
}

// A log with 10 acknowledged events whose process was killed.
class TornManifestTest : public TornOpeningTest {
 protected:
  void SetUp() override {
    auto log = open();
    append(*log, 10);
    kill(std::move(log));
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().filename().string().starts_with("MANIFEST-")) manifest_ = entry.path();
    }
    ASSERT_FALSE(manifest_.empty());
    bytes_ = *read_file(*files_, manifest_, 1U << 20U);
  }

  fs::path manifest_;
  std::string bytes_;
};

TEST_F(TornManifestTest, ATornChangeBehindTheMarkIsDroppedAndReported) {
  ASSERT_TRUE(replace_file(*files_, manifest_, bytes_ + torn_record));
  const auto log = open();
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->last_sequence(), 10U);
  EXPECT_TRUE(log->opening().torn_end);
}

TEST_F(TornManifestTest, DamageInFrontOfTheMarkIsRefusedAndLeftAsItWas) {
  bytes_[10] ^= 1;
  for (const std::string& damaged : {bytes_, bytes_ + torn_record}) {
    ASSERT_TRUE(replace_file(*files_, manifest_, damaged));
    const auto refused = try_open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::corruption);
    EXPECT_EQ(*read_file(*files_, manifest_, 1U << 20U), damaged);
  }
}

TEST_F(TornManifestTest, IsNotCutIfAcknowledgedEventsAreMissingWithoutTheChange) {
  ASSERT_TRUE(replace_file(*files_, manifest_, bytes_ + torn_record));
  ASSERT_TRUE(replace_file(*files_, live_wal(), ""));
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
  EXPECT_EQ(*read_file(*files_, manifest_, 1U << 20U), bytes_ + torn_record);
}

TEST_F(TornManifestTest, ALogThatLostItsWatermarkIsNotTakenForAnInterruptedCreation) {
  auto wal = *read_file(*files_, live_wal(), 1U << 20U);
  wal[10] ^= 1;
  ASSERT_TRUE(replace_file(*files_, live_wal(), wal));
  ASSERT_TRUE(fs::remove(watermark_path(path())));
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corruption);
  EXPECT_EQ(*read_file(*files_, live_wal(), 1U << 20U), wal);
}

}  // namespace
}  // namespace rounds::test
