// Backups of a store, and stores made of backups.
#include "store/backup.hpp"

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class BackupTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] fs::path backups() const { return directory_.path() / "backups"; }
  [[nodiscard]] fs::path restored() const { return directory_.path() / "restored"; }

  static std::unique_ptr<RocksStore> open(const fs::path& directory) {
    auto store = RocksStore::open(directory);
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

  static void record(SignatureStore& store, const std::string& name, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(store.record({make_occurrence(make_identity(name), at_second(i))}));
    }
  }

  // Records so many occurrences and makes a backup of them.
  Backup fill_and_back_up(int count) {
    const auto store = open(data());
    record(*store, "a", count);
    const auto backup = store->create_backup(backups());
    EXPECT_TRUE(backup) << backup.error().message;
    return backup ? *backup : Backup{};
  }

  [[nodiscard]] fs::path staging() const { return directory_.path() / "restored.restoring"; }

  TemporaryDirectory directory_;
};

TEST_F(BackupTest, OfALiveStoreHoldsWhatWasAcknowledgedBeforeItWasAskedFor) {
  const auto store = open(data());
  std::atomic<std::uint64_t> acknowledged = 0;
  std::atomic<bool> stop = false;
  std::vector<std::jthread> writers;
  writers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    writers.emplace_back([&, name = "n" + std::to_string(i)] {
      while (!stop.load()) {
        record(*store, name, 1);
        acknowledged.fetch_add(1);
      }
    });
  }
  while (acknowledged.load() < 50) std::this_thread::yield();
  std::vector<std::pair<Backup, std::uint64_t>> made;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t before = acknowledged.load();
    const auto backup = store->create_backup(backups());
    ASSERT_TRUE(backup) << backup.error().message;
    made.emplace_back(*backup, before);
  }
  stop = true;
  writers.clear();
  const std::uint64_t all = acknowledged.load();
  for (const auto& [backup, before] : made) {
    const auto verified = verify_log_backup(backups(), backup.number, nullptr);
    ASSERT_TRUE(verified);
    EXPECT_TRUE(verified->is_sound());
    fs::remove_all(restored());
    ASSERT_TRUE(restore_backup(backups(), backup.number, restored(), nullptr));
    const auto copy = open(restored());
    const auto stats = copy->get_stats();
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->sequence, backup.sequence);
    EXPECT_GE(stats->occurrence_count, before);
    EXPECT_LE(stats->occurrence_count, all);
    ASSERT_TRUE(copy->close());
  }
}

TEST_F(BackupTest, ARestoredStoreIsTheOldOne) {
  const auto store = open(data());
  record(*store, "a", 7);
  record(*store, "b", 5);
  const auto id = store->get_by_fingerprint(make_identity("b")->fingerprint).value()->id;
  ASSERT_TRUE(store->execute(id, Mute{}));
  ASSERT_TRUE(store->create_backup(backups()));
  const auto signatures = store->list({})->signatures;
  const auto stats = *store->get_stats();
  record(*store, "later", 1);
  ASSERT_TRUE(store->close());
  ASSERT_TRUE(restore_backup(backups(), 1, restored(), nullptr));
  const auto copy = open(restored());
  EXPECT_EQ(copy->list({})->signatures, signatures);
  EXPECT_EQ(*copy->get_stats(), stats);
  record(*copy, "a", 1);
  ASSERT_TRUE(copy->close());
  EXPECT_TRUE(verify_projections(restored(), {}, nullptr)->is_equal());
  EXPECT_FALSE(fs::exists(staging()));
}

TEST_F(BackupTest, OfADirectoryThatNoStoreHasOpen) {
  {
    const auto store = open(data());
    record(*store, "a", 3);
    EXPECT_EQ(create_backup(data(), backups(), nullptr).error().code, ErrorCode::in_use);
  }
  const auto backup = create_backup(data(), backups(), nullptr);
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(backup->sequence, 3U);
  EXPECT_EQ(create_backup(directory_.path() / "absent", backups(), nullptr).error().code,
            ErrorCode::data_missing);
}

TEST_F(BackupTest, ARestoreOverwritesNothing) {
  fill_and_back_up(3);
  fs::create_directory(restored());
  ASSERT_TRUE(restore_backup(backups(), 1, restored() / "", nullptr)) << "an empty one will do";
  const auto again = restore_backup(backups(), 1, restored(), nullptr);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::refused);
  EXPECT_EQ(open(restored())->get_stats()->occurrence_count, 3U);
  std::ofstream(directory_.path() / "file") << "mine";
  EXPECT_FALSE(restore_backup(backups(), 1, directory_.path() / "file", nullptr));
  EXPECT_TRUE(fs::is_regular_file(directory_.path() / "file"));
}

TEST_F(BackupTest, AnInterruptedRestoreLeavesNoDataDirectory) {
  fill_and_back_up(3);
  fs::create_directories(staging() / "log");
  const auto restore = restore_backup(backups(), 1, restored(), nullptr);
  ASSERT_FALSE(restore);
  EXPECT_EQ(restore.error().code, ErrorCode::refused);
  EXPECT_THAT(restore.error().message, HasSubstr(staging().string()));
  EXPECT_FALSE(fs::exists(restored()));
  fs::remove_all(staging());
  EXPECT_TRUE(restore_backup(backups(), 1, restored(), nullptr));
}

TEST_F(BackupTest, ADamagedOneIsNotRestored) {
  fill_and_back_up(3);
  for (const auto& entry : fs::directory_iterator(backups() / "files" / "shared_checksum")) {
    fs::resize_file(entry.path(), entry.file_size() / 2);
  }
  const auto restore = restore_backup(backups(), 1, restored(), nullptr);
  ASSERT_FALSE(restore);
  EXPECT_EQ(restore.error().code, ErrorCode::corruption) << restore.error().message;
  EXPECT_FALSE(fs::exists(restored()));
  EXPECT_FALSE(fs::exists(staging()));
}

TEST_F(BackupTest, AClosedStoreMakesNone) {
  const auto store = open(data());
  ASSERT_TRUE(store->close());
  const auto backup = store->create_backup(backups());
  ASSERT_FALSE(backup);
  EXPECT_EQ(backup.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace rounds::test
