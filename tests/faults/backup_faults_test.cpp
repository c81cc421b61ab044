// Backups on a disk that fails or loses its power: what counts as a backup is one, and those made
// before stay.
#include <filesystem>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "store/backup.hpp"
#include "store/rocks_store.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t power_cuts = 40;
constexpr std::uint64_t failing_operations = 40;  // spread over all of a backup

class BackupFaultsTest : public testing::Test {
 protected:
  // A store with a backup of its first 30 occurrences, and 30 more.
  void start(const fs::path& directory) {
    store_.reset();
    root_ = directory;
    environment_ = FaultFileSystem::make();
    reopen();
    record(30);
    ASSERT_TRUE(store_->create_backup(backups()));
    record(30);
  }

  void reopen() {
    store_.reset();
    RocksStoreOptions options;
    options.env = environment_.env.get();
    auto opened = RocksStore::open(root_ / "data", std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  void record(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(store_->record({make_occurrence(make_identity("a"), at_second(i))}));
    }
  }

  // Every backup that counts is sound; the first is among them.
  void expect_sound_backups() {
    const auto numbers = list_log_backups(backups(), environment_.env.get());
    ASSERT_TRUE(numbers) << numbers.error().message;
    EXPECT_EQ(numbers->front(), 1U);
    for (const BackupNumber number : *numbers) {
      const auto verified = verify_log_backup(backups(), number, nullptr, environment_.env.get());
      ASSERT_TRUE(verified) << verified.error().message;
      for (const Error& damage : verified->damages) ADD_FAILURE() << damage.message;
      ASSERT_TRUE(verified->is_sound()) << number;
      EXPECT_EQ(verified->backup->sequence, number == 1 ? 30U : 60U);
    }
  }

  // How many file operations `work` takes on a sound disk.
  template <typename Work>
  std::uint64_t operations_of(const Work& work) {
    const std::uint64_t before = environment_.files->operation_count();
    work();
    return environment_.files->operation_count() - before;
  }

  // How many table files this process has open.
  static int open_tables() {
    int tables = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      tables += fs::read_symlink(entry.path(), gone).extension() == ".sst" ? 1 : 0;
    }
    return tables;
  }

  [[nodiscard]] fs::path backups() const { return root_ / "backups"; }
  [[nodiscard]] fs::path restored() const { return root_ / "restored"; }

  TemporaryDirectory directory_;
  fs::path root_;
  FaultFileSystem::Environment environment_;
  std::unique_ptr<RocksStore> store_;
};

TEST_F(BackupFaultsTest, APowerCutLeavesOnlyWholeBackups) {
  std::mt19937_64 random(random_seed());
  start(directory_.path() / "first");
  const std::uint64_t operations =
      operations_of([&] { ASSERT_TRUE(store_->create_backup(backups())); });
  const std::uint64_t rounds = random_rounds(power_cuts);
  std::uint64_t unfinished = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    start(directory_.path() / std::to_string(i));
    const auto after = std::uniform_int_distribution<std::uint64_t>(1, operations)(random);
    environment_.files->cut_power_after(after);
    const bool finished = store_->create_backup(backups()).has_value();
    unfinished += finished ? 0 : 1;
    environment_.files->cut_power_after(0);
    store_.reset();
    environment_.files->lose_power(random);
    ASSERT_NO_FATAL_FAILURE(expect_sound_backups()) << "cut after " << after;
    const auto numbers = list_log_backups(backups(), environment_.env.get());
    EXPECT_TRUE(!finished || numbers->size() == 2U) << "cut after " << after;
    ASSERT_NO_FATAL_FAILURE(reopen());
    EXPECT_EQ(store_->get_stats()->occurrence_count, 60U);
    ASSERT_TRUE(store_->create_backup(backups())) << "cut after " << after;
    ASSERT_NO_FATAL_FAILURE(expect_sound_backups());
    store_.reset();
    fs::remove_all(root_);
  }
  EXPECT_GT(unfinished, 0U);
}

TEST_F(BackupFaultsTest, AFailingOperationLeavesOnlyWholeBackups) {
  start(directory_.path() / "first");
  const std::uint64_t operations =
      operations_of([&] { ASSERT_TRUE(store_->create_backup(backups())); });
  const std::uint64_t rounds = random_rounds(failing_operations);
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    start(directory_.path() / std::to_string(i));
    const std::uint64_t at = 1 + i * operations / rounds;
    environment_.files->fail_after(at, i % 2 == 0 ? FaultError::io_error : FaultError::no_space);
    refused += store_->create_backup(backups()) ? 0 : 1;
    environment_.files->forgive();
    ASSERT_NO_FATAL_FAILURE(expect_sound_backups()) << "failed at " << at;
    // The log itself may have met the failure.
    ASSERT_NO_FATAL_FAILURE(reopen());
    EXPECT_EQ(store_->get_stats()->occurrence_count, 60U);
    ASSERT_TRUE(store_->create_backup(backups())) << "failed at " << at;
    ASSERT_NO_FATAL_FAILURE(expect_sound_backups());
    store_.reset();
    fs::remove_all(root_);
  }
  EXPECT_GT(refused, 0U);
}

TEST_F(BackupFaultsTest, ClosingTheStoreGivesABackupUp) {
  start(directory_.path() / "only");
  constexpr int tables = 30;
  for (int i = 0; i < tables; ++i) {
    record(1);
    ASSERT_TRUE(store_->create_backup(backups()));  // each starts a new table file
  }
  // From here on a backup takes more than a second.
  environment_.files->slow_down(std::chrono::milliseconds{50});
  const fs::path other = root_ / "other";
  auto backup = std::async(std::launch::async, [&] { return store_->create_backup(other); });
  while (!fs::exists(other / "files" / "shared_checksum")) std::this_thread::yield();
  EXPECT_TRUE(store_->close());
  const auto given_up = backup.get();
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().code, ErrorCode::unavailable) << given_up.error().message;
  EXPECT_FALSE(list_log_backups(other, environment_.env.get()));
}

TEST_F(BackupFaultsTest, WritesAreAcknowledgedWhileABackupIsCopied) {
  start(directory_.path() / "only");
  constexpr int tables = 30;
  for (int i = 0; i < tables; ++i) {
    record(1);
    ASSERT_TRUE(store_->create_backup(backups()));  // each starts a new table file
  }
  // From here on a backup takes about ten seconds, and a write less than one.
  environment_.files->slow_down(std::chrono::milliseconds{300});
  const fs::path other = root_ / "other";
  auto backup = std::async(std::launch::async, [&] { return store_->create_backup(other); });
  while (!fs::exists(other / "files" / "shared_checksum")) std::this_thread::yield();
  record(1);
  EXPECT_EQ(backup.wait_for(std::chrono::seconds{0}), std::future_status::timeout)
      << "the write waited for the backup";
  environment_.files->slow_down(std::chrono::milliseconds{0});
  const auto made = backup.get();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(verify_log_backup(other, 1, nullptr, environment_.env.get())->is_sound());
}

// Each backup of something new ends a table file of the log. The limit of a process is often 1024.
TEST_F(BackupFaultsTest, ManyBackupsDoNotUseUpTheFilesOfAProcess) {
  start(directory_.path() / "only");
  constexpr int made = 300;
  for (int i = 0; i < made; ++i) {
    record(1);
    ASSERT_TRUE(store_->create_backup(backups()));
  }
  int tables = 0;
  for (const auto& entry : fs::directory_iterator(root_ / "data" / "log")) {
    tables += entry.path().extension() == ".sst" ? 1 : 0;
  }
  ASSERT_GT(tables, made) << "RocksDB merges them now: the limit has lost its reason";
  EXPECT_EQ(store_->get_stats()->occurrence_count, 60U + made);
  const auto id = store_->get_by_fingerprint(make_identity("a")->fingerprint).value()->id;
  EXPECT_EQ(store_->history(id, {.limit = 300})->events.size(), 300U);
  EXPECT_LT(open_tables(), 270);
  ASSERT_NO_FATAL_FAILURE(reopen());
  EXPECT_EQ(store_->history(id, {.limit = 300})->events.size(), 300U);
  EXPECT_LT(open_tables(), 270);
}

TEST_F(BackupFaultsTest, APowerCutInARestoreLeavesAWholeDataDirectoryOrNone) {
  std::mt19937_64 random(random_seed());
  start(directory_.path() / "only");
  ASSERT_TRUE(store_->create_backup(backups()));
  store_.reset();
  environment_.files->forgive();
  rocksdb::Env* const env = environment_.env.get();
  const std::uint64_t operations =
      operations_of([&] { ASSERT_TRUE(restore_backup(backups(), 2, restored(), nullptr, env)); });
  const std::uint64_t rounds = random_rounds(power_cuts);
  std::uint64_t absent = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    fs::remove_all(restored());
    fs::remove_all(restored().string() + ".restoring");
    environment_.files->forgive();
    const auto after = std::uniform_int_distribution<std::uint64_t>(1, operations)(random);
    environment_.files->cut_power_after(after);
    const bool finished = restore_backup(backups(), 2, restored(), nullptr, env).has_value();
    environment_.files->lose_power(random);
    EXPECT_TRUE(!finished || fs::exists(restored())) << "cut after " << after;
    if (!fs::exists(restored())) {
      ++absent;
      continue;
    }
    const auto store = RocksStore::open(restored());
    ASSERT_TRUE(store) << store.error().message << ", cut after " << after;
    EXPECT_EQ((*store)->get_stats()->occurrence_count, 60U);
  }
  EXPECT_GT(absent, 0U);
}

}  // namespace
}  // namespace rounds::test
