// Reading the projections beside their writer: whatever files come and go meanwhile, what is read
// is one moment of them.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <semaphore>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include "eventlog/manifest_mark.hpp"
#include "projections/projection_database.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

// Until so many were read, and the writer has come so far: dozens of flushes.
constexpr int readings = 200;
constexpr Sequence enough_writes = 2000;

// Flushes and compactions during one reading, which tries again after each of them: few enough for
// its attempts, also on a machine where nothing of it is ever faster than a flush.
constexpr int changes_per_reading = 9;
static_assert(2 * changes_per_reading < max_read_attempts, "a change may take two edits");

TEST(ProjectionReaderTest, FilesThatComeAndGoDoNotTearWhatIsRead) {
  const TemporaryDirectory directory;
  const auto opened = ProjectionDatabase::open(directory.path(), LogId{});
  ASSERT_TRUE(opened) << opened.error().message;
  ProjectionDatabase& writer = **opened;
  const auto rows = family_of(writer.active(), Projection::fingerprints);
  const auto other_rows = family_of(writer.active(), Projection::history);
  std::counting_semaphore<> changes(0);
  std::atomic<bool> stop = false;
  std::thread thread([&] {
    for (Sequence i = 1; !stop; ++i) {
      const std::string value = ProjectionDatabase::checkpoint_row(i);
      rocksdb::WriteBatch batch;
      batch.Put(writer.meta_family(), rocksdb::Slice(ProjectionDatabase::checkpoint_key()), value);
      batch.Put(rows, "row", value);
      batch.Put(other_rows, "row", value);
      ASSERT_TRUE(writer.write(batch));
      // One family at a time, so that each is at a moment of its own in the table files.
      if (i % 50 != 0) continue;
      changes.acquire();
      ASSERT_TRUE(writer.database().Flush({}, i % 200 == 0 ? rows : other_rows).ok());
      if (i % 100 != 0) continue;
      changes.acquire();
      ASSERT_TRUE(writer.database().CompactRange({}, rows, nullptr, nullptr).ok());
    }
  });
  int read = 0;
  Sequence last = 0;
  while (read < readings || last < enough_writes) {
    changes.release(changes_per_reading);
    const auto reader = ProjectionDatabase::open_read_only(directory.path());
    EXPECT_TRUE(reader) << reader.error().message;
    if (!reader) break;
    ++read;
    while (changes.try_acquire()) continue;  // those that it had no need of
    const std::string expected = ProjectionDatabase::checkpoint_row((*reader)->checkpoint());
    for (const Projection projection : {Projection::fingerprints, Projection::history}) {
      std::string value;
      const auto status =
          (*reader)->database().Get({}, family_of((*reader)->active(), projection), "row", &value);
      if ((*reader)->checkpoint() > 0) EXPECT_TRUE(status.ok()) << status.ToString();
      if ((*reader)->checkpoint() > 0) EXPECT_EQ(value, expected);
    }
    EXPECT_GE((*reader)->checkpoint(), last);
    last = (*reader)->checkpoint();
  }
  stop = true;
  changes.release(2);
  thread.join();
}

// After a power cut: what a writer opens, a reader does, too.
TEST(ProjectionReaderTest, TheTornEndOfAWriteAheadLogIsNoDamage) {
  const TemporaryDirectory directory;
  ASSERT_TRUE((*ProjectionDatabase::open(directory.path(), LogId{}))->close());
  {
    // The only record of the write-ahead log that this opening begins.
    const auto writer = ProjectionDatabase::open(directory.path(), LogId{});
    rocksdb::WriteBatch batch;
    batch.Put(family_of((*writer)->active(), Projection::fingerprints), "row", "value");
    ASSERT_TRUE((*writer)->write(batch));
  }
  int torn = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    if (file.path().extension() != ".log" || file.file_size() == 0) continue;
    std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-1, std::ios::end);
    stream.put('\x5a');
    ++torn;
  }
  ASSERT_EQ(torn, 1);
  EXPECT_TRUE(ProjectionDatabase::open_read_only(directory.path()));
  const auto writer = ProjectionDatabase::open(directory.path(), LogId{});
  ASSERT_TRUE(writer) << writer.error().message;
  const auto reader = ProjectionDatabase::open_read_only(directory.path());
  EXPECT_TRUE(reader) << reader.error().message;
}

// RocksDB by itself would take it for the end of that file, and go on with the next one.
TEST(ProjectionReaderTest, ARecordThatLooksRecycledIsDamage) {
  const TemporaryDirectory directory;
  ASSERT_TRUE((*ProjectionDatabase::open(directory.path(), LogId{}))->close());
  {
    const auto writer = ProjectionDatabase::open(directory.path(), LogId{});
    const auto put = [&](Projection projection, const char* key) {
      rocksdb::WriteBatch batch;
      batch.Put(family_of((*writer)->active(), projection), key, "value");
      ASSERT_TRUE((*writer)->write(batch));
    };
    put(Projection::fingerprints, "lost");
    put(Projection::history, "in a table");
    // The next write goes to another file, while this one is kept for the row of fingerprints.
    auto* history = family_of((*writer)->active(), Projection::history);
    ASSERT_TRUE((*writer)->database().Flush({}, history).ok());
    put(Projection::fingerprints, "behind the hole");
  }
  std::vector<std::filesystem::path> wals;
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    if (file.path().extension() == ".log" && file.file_size() > 0) wals.push_back(file.path());
  }
  std::ranges::sort(wals);
  ASSERT_EQ(wals.size(), 2U);
  std::fstream stream(wals.front(), std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(6);  // the type of its first record
  stream.put('\x05');
  stream.close();
  EXPECT_FALSE(ProjectionDatabase::open_read_only(directory.path()));
  const auto writer = ProjectionDatabase::open(directory.path(), LogId{});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::corruption) << writer.error().message;
}

TEST(ProjectionReaderTest, ThereMustBeSome) {
  const TemporaryDirectory directory;
  const auto reader = ProjectionDatabase::open_read_only(directory.path());
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::data_missing);
}

}  // namespace
}  // namespace rounds::test
