// Backups of a log on a real disk: made beside appends, found damaged when they are, restored.
#include "eventlog/log_backup.hpp"

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/eventlog/sample_events.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class LogBackupTest : public testing::Test {
 protected:
  LogBackupTest() { log_ = EventLog::open(directory_.path() / "log").value(); }

  // Appends so many events of the one signature, in groups of `group`.
  void append(std::size_t count, std::size_t group = 10) {
    for (std::size_t done = 0; done < count; done += group) {
      const Sequence last = log_->last_sequence();
      // The first event creates the signature: behind others it is one too many.
      const std::size_t before = last == 0 ? 0 : 1;
      auto events = occurrence_events(last + 1 - before, std::min(group, count - done) + before);
      for (Event& event : events) event.version = event.sequence;
      ASSERT_TRUE(log_->append(std::span(events).subspan(before), Durability::synced));
    }
  }

  Result<Backup> try_create(const std::stop_token& stop = {}) {
    return create_log_backup(*log_, backups(), at_second(1), nullptr, stop);
  }
  Backup create() {
    const auto backup = try_create();
    EXPECT_TRUE(backup) << backup.error().message;
    return backup ? *backup : Backup{};
  }

  BackupVerification verify(BackupNumber number) {
    auto verified = verify_log_backup(backups(), number, nullptr);
    EXPECT_TRUE(verified) << verified.error().message;
    return verified ? *std::move(verified) : BackupVerification{};
  }

  Result<Backup> restore(BackupNumber number) {
    fs::remove_all(restored());
    return restore_log_backup(backups(), number, restored() / "log", nullptr);
  }

  [[nodiscard]] fs::path backups() const { return directory_.path() / "backups"; }
  [[nodiscard]] fs::path restored() const { return directory_.path() / "restored"; }

  // Every file of the backups with what tells whether it was touched.
  using Listing = std::map<fs::path, std::pair<std::uintmax_t, fs::file_time_type>>;
  [[nodiscard]] Listing listing() const {
    Listing files;
    for (const auto& entry : fs::recursive_directory_iterator(backups())) {
      const auto size = entry.is_regular_file() ? entry.file_size() : 0;
      files[entry.path()] = {size, entry.last_write_time()};
    }
    return files;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventLog> log_;
};

std::vector<Event> read_all(const EventLog& log) {
  std::vector<Event> events;
  LogReader reader = log.read(1);
  while (true) {
    auto event = reader.next();
    EXPECT_TRUE(event) << event.error().message;
    if (!event || !*event) return events;
    events.push_back(**std::move(event));
  }
}

void flip_bit(const fs::path& path, std::uintmax_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 4));
  ASSERT_TRUE(file.flush());
}

TEST_F(LogBackupTest, HoldsTheWholeLogAndSaysHowFarItReaches) {
  append(1000);
  const Backup backup = create();
  EXPECT_EQ(backup.number, 1U);
  EXPECT_EQ(backup.sequence, 1000U);
  EXPECT_EQ(backup.log_id, log_->id());
  EXPECT_EQ(backup.chain, log_->end().chain);
  EXPECT_EQ(backup.created_at, at_second(1));
  EXPECT_GT(backup.bytes, 0U);
  const auto verified = verify(1);
  EXPECT_TRUE(verified.is_sound());
  EXPECT_EQ(verified.backup, backup);
  EXPECT_EQ(verified.log->event_count, 1000U);
}

TEST_F(LogBackupTest, TheirDirectoryMayBeNamedFromTheWorkingDirectory) {
  append(10);
  const fs::path relative = fs::relative(backups());
  ASSERT_TRUE(relative.is_relative());
  const auto backup = create_log_backup(*log_, relative, at_second(1), nullptr, {});
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_TRUE(verify_log_backup(relative, 1, nullptr)->is_sound());
  EXPECT_TRUE(restore_log_backup(relative, 1, fs::relative(directory_.path()) / "log2", nullptr));
}

TEST_F(LogBackupTest, OfAnEmptyLogIsABackup) {
  EXPECT_EQ(create().sequence, 0U);
  EXPECT_TRUE(verify(1).is_sound());
  const auto backup = restore(1);
  ASSERT_TRUE(backup) << backup.error().message;
  const auto log = EventLog::open(restored() / "log");
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ((*log)->id(), log_->id());
}

TEST_F(LogBackupTest, MadeBesideAppendsHoldsAllThatWasAppendedBefore) {
  append(10);
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    while (!stop.load()) append(20);
  });
  std::vector<Backup> made;
  for (int i = 0; i < 5; ++i) {
    const Sequence before = log_->last_sequence();
    made.push_back(create());
    EXPECT_GE(made.back().sequence, before);
  }
  const Sequence during = log_->last_sequence();
  while (log_->last_sequence() < during + 100) std::this_thread::yield();  // writing goes on
  stop = true;
  writer.join();
  EXPECT_GT(made.back().sequence, made.front().sequence);
  const auto events = read_all(*log_);
  for (const Backup& backup : made) {
    const auto verified = verify(backup.number);
    ASSERT_TRUE(verified.is_sound());
    EXPECT_EQ(verified.log->event_count, backup.sequence);
    ASSERT_TRUE(restore(backup.number));
    const auto copy = EventLog::open(restored() / "log").value();
    const std::vector<Event> expected(
        events.begin(), events.begin() + static_cast<std::ptrdiff_t>(backup.sequence));
    EXPECT_EQ(read_all(*copy), expected);
  }
}

TEST_F(LogBackupTest, TheNextOneCopiesOnlyWhatIsNew) {
  append(20'000, 1000);
  const Backup first = create();
  const auto before = listing();
  append(10);
  const Backup second = create();
  EXPECT_EQ(second.number, 2U);
  EXPECT_EQ(second.sequence, 20'010U);
  std::uintmax_t grown = 0;
  for (const auto& [path, size_and_time] : listing()) {
    const auto known = before.find(path);
    if (known == before.end()) grown += size_and_time.first;
    if (known != before.end() && path.extension() == ".sst") {
      EXPECT_EQ(known->second, size_and_time) << path;
    }
  }
  EXPECT_LT(grown, first.bytes / 10);
  EXPECT_GT(second.bytes, first.bytes);
  EXPECT_TRUE(verify(1).is_sound());
  EXPECT_TRUE(verify(2).is_sound());
}

TEST_F(LogBackupTest, EveryDamagedFileIsFound) {
  append(3000, 500);
  create();
  append(500);
  create();
  ASSERT_TRUE(verify(1).is_sound());
  ASSERT_TRUE(verify(2).is_sound());
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(backups())) {
    if (!entry.is_regular_file() || entry.path().filename() == "lock") continue;
    ++files;
    const fs::path& path = entry.path();
    const fs::path saved = directory_.path() / "saved";
    const auto size = entry.file_size();
    fs::copy_file(path, saved, fs::copy_options::overwrite_existing);
    const auto is_found = [&] { return !verify(1).is_sound() || !verify(2).is_sound(); };
    for (const auto offset : {std::uintmax_t{0}, size / 3, size / 2, size - 1}) {
      flip_bit(path, offset);
      EXPECT_TRUE(is_found()) << path << " at " << offset;
      flip_bit(path, offset);
    }
    fs::resize_file(path, size - 1);
    EXPECT_TRUE(is_found()) << path << " cut off";
    fs::copy_file(saved, path, fs::copy_options::overwrite_existing);
    // Without its manifest a backup is none.
    if (path.extension() == ".json") continue;
    fs::remove(path);
    EXPECT_TRUE(is_found()) << path << " removed";
    fs::copy_file(saved, path);
  }
  EXPECT_GE(files, 10U);
  EXPECT_TRUE(verify(1).is_sound());
  EXPECT_TRUE(verify(2).is_sound());
}

TEST_F(LogBackupTest, DamageIsNamedWithItsEventsAndIsNotRestored) {
  append(20'000, 1000);
  create();
  for (const auto& entry : fs::directory_iterator(backups() / "files" / "shared_checksum")) {
    if (entry.file_size() > 100'000) flip_bit(entry.path(), entry.file_size() / 2);
  }
  const auto verified = verify(1);
  ASSERT_FALSE(verified.is_sound());
  EXPECT_EQ(verified.damages.size(), 1U);
  ASSERT_TRUE(verified.log);
  ASSERT_EQ(verified.log->damages.size(), 1U);
  EXPECT_LT(verified.log->event_count, 20'000U);
  EXPECT_GT(verified.log->event_count, 19'000U);
  const auto backup = restore(1);
  ASSERT_FALSE(backup);
  EXPECT_EQ(backup.error().code, ErrorCode::corruption);
}

// Its files are as they were copied: only reading the events tells.
TEST_F(LogBackupTest, OfADamagedLogIsNotRestored) {
  append(10);
  auto events = occurrence_events(10, 2);
  events.back().version = 99;
  ASSERT_TRUE(log_->append(std::span(events).last(1), Durability::synced));
  create();
  const auto verified = verify(1);
  EXPECT_TRUE(verified.damages.empty());
  ASSERT_TRUE(verified.log);
  EXPECT_EQ(verified.log->damage_count, 1U);
  const auto backup = restore(1);
  ASSERT_FALSE(backup);
  EXPECT_EQ(backup.error().code, ErrorCode::corruption);
  EXPECT_THAT(backup.error().message, HasSubstr("version 99"));
}

TEST_F(LogBackupTest, VerifyingChangesNothing) {
  append(100);
  create();
  const auto before = listing();
  EXPECT_TRUE(verify(1).is_sound());
  EXPECT_EQ(listing(), before);
}

TEST_F(LogBackupTest, ARestoredLogIsWholeAndGoesOn) {
  append(300);
  create();
  append(50);
  const auto backup = restore(1);
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(backup->sequence, 300U);
  ASSERT_TRUE(log_->close());
  log_ = EventLog::open(restored() / "log").value();
  EXPECT_EQ(log_->opening().found, LogOpening::Found::closed);
  EXPECT_EQ(log_->last_sequence(), 300U);
  append(20);
  const Backup next = create();
  EXPECT_EQ(next.number, 2U) << "a restored log goes on in the same directory";
  EXPECT_TRUE(verify(2).is_sound());
}

TEST_F(LogBackupTest, AnOlderBackupCanBeRestored) {
  append(100);
  create();
  append(100);
  create();
  EXPECT_THAT(list_log_backups(backups()).value(), ElementsAre(1, 2));
  EXPECT_EQ(restore(1)->sequence, 100U);
  EXPECT_EQ(restore(2)->sequence, 200U);
  const auto absent = restore(3);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::data_missing);
}

TEST_F(LogBackupTest, ADirectoryThatHoldsSomethingElseIsRefused) {
  fs::create_directory(backups());
  std::ofstream(backups() / "letter.txt") << "dear";
  const auto foreign = try_create();
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::refused);
  EXPECT_THAT(foreign.error().message, HasSubstr("letter.txt"));
  EXPECT_FALSE(list_log_backups(backups()));
}

TEST_F(LogBackupTest, BackupsOfAnotherLogAreRefused) {
  create();
  ASSERT_TRUE(log_->close());
  log_ = EventLog::open(directory_.path() / "other").value();
  const auto other = try_create();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::refused);
  EXPECT_THAT(other.error().message, HasSubstr("another directory"));
}

TEST_F(LogBackupTest, NoNewOneIsAddedToADamagedOne) {
  append(100);
  create();
  for (const auto& entry : fs::directory_iterator(backups() / "files" / "shared_checksum")) {
    fs::resize_file(entry.path(), entry.file_size() / 2);
  }
  const auto next = try_create();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::corruption);
  EXPECT_THAT(next.error().message, HasSubstr("another directory"));
}

TEST_F(LogBackupTest, AnUnfinishedOneDoesNotCountAndMakesRoom) {
  append(100);
  create();
  fs::remove(backups() / "backup-1.json");  // as if killed before its manifest was written
  EXPECT_EQ(list_log_backups(backups()).error().code, ErrorCode::data_missing);
  const Backup next = create();
  EXPECT_EQ(next.sequence, 100U);
  EXPECT_TRUE(verify(next.number).is_sound());
  EXPECT_THAT(list_log_backups(backups()).value(), ElementsAre(next.number));
  EXPECT_EQ(std::distance(fs::directory_iterator(backups() / "files" / "private"), {}), 1);
}

TEST_F(LogBackupTest, OldOnesAreDroppedIfTheNewestHoldsAllOfThem) {
  append(20);
  create();
  // The log is restored to here and goes another way than the second backup.
  append(10);
  create();
  ASSERT_TRUE(restore(1));
  ASSERT_TRUE(log_->close());
  log_ = EventLog::open(restored() / "log").value();
  append(5, 5);
  for (std::size_t i = 2; i < max_backups; ++i) create();
  const auto full = list_log_backups(backups()).value();
  EXPECT_EQ(full.size(), max_backups);
  append(5, 5);
  const BackupNumber newest = create().number;
  auto numbers = list_log_backups(backups()).value();
  EXPECT_EQ(numbers.size(), max_backups);
  EXPECT_EQ(numbers.front(), 2U);
  EXPECT_EQ(numbers.back(), newest);
  create();
  numbers = list_log_backups(backups()).value();
  EXPECT_EQ(numbers.front(), 2U) << "the newest does not hold what this one does";
  EXPECT_EQ(numbers[1], 4U);
  EXPECT_TRUE(verify(2).is_sound());
  EXPECT_TRUE(verify(newest).is_sound());
}

TEST_F(LogBackupTest, GivesUpWhenAsked) {
  append(1000);
  std::stop_source stop;
  stop.request_stop();
  const auto given_up = try_create(stop.get_token());
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().code, ErrorCode::unavailable);
  EXPECT_FALSE(list_log_backups(backups()));
  EXPECT_EQ(create().sequence, 1000U);
  EXPECT_TRUE(verify(1).is_sound());
}

TEST_F(LogBackupTest, TwoAtOnceInOneDirectoryAreRefused) {
  append(1000);
  std::optional<Result<Backup>> inner;
  const auto nested = [&](std::uint64_t) {
    if (!inner) inner = try_create();
  };
  append(60'000, 1000);  // more than is copied between two calls of the progress
  const auto outer = create_log_backup(*log_, backups(), at_second(1), nested, {});
  ASSERT_TRUE(outer) << outer.error().message;
  ASSERT_TRUE(inner) << "the progress was told";
  ASSERT_FALSE(*inner);
  EXPECT_EQ(inner->error().code, ErrorCode::in_use) << inner->error().message;
}

}  // namespace
}  // namespace rounds::test
