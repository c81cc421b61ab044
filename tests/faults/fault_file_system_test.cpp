// The file system under the torture tests does what they rely on.
#include "tests/faults/fault_file_system.hpp"

#include <array>
#include <fstream>
#include <functional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "eventlog/file_system.hpp"

namespace rounds::test {
namespace {

class FaultFileSystemTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (directory_.path() / name).string();
  }

  std::unique_ptr<rocksdb::FSWritableFile> create(const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_TRUE(files_->NewWritableFile(path(name), {}, &file, nullptr).ok());
    return file;
  }

  std::string content(const std::string& name) {
    return read_file(*files_, path(name), 1U << 20U).value_or("(absent)");
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::shared_ptr<FaultFileSystem> files_ = environment_.files;
};

// Loses the power for many seeds in a world that `make` builds, and returns what `look` saw.
template <typename Make, typename Look>
std::set<std::string> outcomes(const Make& make, const Look& look) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(seed);
    make();
    seen.insert(look(random));
  }
  return seen;
}

TEST_F(FaultFileSystemTest, APowerCutKeepsWhatWasSyncedAndAnyPartOfTheRest) {
  const auto seen = outcomes(
      [&] {
        const auto file = create("a");
        ASSERT_TRUE(file->Append("synced", {}, nullptr).ok());
        ASSERT_TRUE(file->Sync({}, nullptr).ok());
        ASSERT_TRUE(sync_directory(*files_, directory_.path()));
        ASSERT_TRUE(file->Append("rest", {}, nullptr).ok());
      },
      [&](std::mt19937_64& random) {
        files_->lose_power(random);
        return content("a");
      });
  for (const std::string& each : seen) EXPECT_EQ(each.substr(0, 6), "synced");
  EXPECT_TRUE(seen.contains("synced"));
  EXPECT_TRUE(seen.contains("syncedrest"));
  EXPECT_TRUE(seen.contains("syncedre"));
}

TEST_F(FaultFileSystemTest, APowerCutMayTearTheLastSectorOfAWrite) {
  constexpr std::size_t sector_bytes = 512;
  const auto seen = outcomes(
      [&] {
        const auto file = create("a");
        ASSERT_TRUE(file->Sync({}, nullptr).ok());
        ASSERT_TRUE(sync_directory(*files_, directory_.path()));
        ASSERT_TRUE(file->Append(std::string(4 * sector_bytes, 'x'), {}, nullptr).ok());
      },
      [&](std::mt19937_64& random) {
        files_->lose_power(random);
        return content("a");
      });
  std::size_t with_zeros = 0;
  std::size_t with_garbage = 0;
  for (const std::string& each : seen) {
    const std::size_t torn = each.find_first_not_of('x');
    if (torn == each.npos) continue;
    EXPECT_LE(each.size() - torn, sector_bytes);
    const bool zeros = each.find_first_not_of('\0', torn) == each.npos;
    ++(zeros ? with_zeros : with_garbage);
  }
  EXPECT_GT(with_zeros, 0U);
  EXPECT_GT(with_garbage, 0U);
}

TEST_F(FaultFileSystemTest, APowerCutForgetsNamesUntilTheirDirectoryIsSynced) {
  const auto seen = outcomes(
      [&] {
        std::ofstream(path("b")) << "old";
        const auto file = create("new");
        ASSERT_TRUE(file->Append("new", {}, nullptr).ok());
        ASSERT_TRUE(file->Sync({}, nullptr).ok());
        ASSERT_TRUE(files_->RenameFile(path("new"), path("b"), {}, nullptr).ok());
      },
      [&](std::mt19937_64& random) {
        files_->lose_power(random);
        const std::string found = content("b") + " " + content("new");
        std::filesystem::remove(path("b"));
        std::filesystem::remove(path("new"));
        return found;
      });
  EXPECT_EQ(seen, (std::set<std::string>{"old (absent)", "old new", "new (absent)"}));
}

TEST_F(FaultFileSystemTest, APowerCutBringsBackWhatWasRemovedUnlessTheDirectoryWasSynced) {
  for (const bool synced : {false, true}) {
    const auto seen = outcomes(
        [&] {
          std::ofstream(path("c")) << "here";
          ASSERT_TRUE(files_->DeleteFile(path("c"), {}, nullptr).ok());
          if (synced) ASSERT_TRUE(sync_directory(*files_, directory_.path()));
        },
        [&](std::mt19937_64& random) {
          files_->lose_power(random);
          return content("c");
        });
    EXPECT_EQ(seen.contains("here"), !synced);
    EXPECT_TRUE(seen.contains("(absent)"));
  }
}

TEST_F(FaultFileSystemTest, APowerCutLosesAnyOfTheWritesInPlaceSinceTheLastSync) {
  const auto seen = outcomes(
      [&] {
        std::ofstream(path("d"), std::ios::trunc) << "......";
        std::unique_ptr<rocksdb::FSRandomRWFile> file;
        ASSERT_TRUE(files_->NewRandomRWFile(path("d"), {}, &file, nullptr).ok());
        ASSERT_TRUE(file->Write(0, "SS", {}, nullptr).ok());
        ASSERT_TRUE(file->Sync({}, nullptr).ok());
        ASSERT_TRUE(file->Write(2, "ab", {}, nullptr).ok());
        ASSERT_TRUE(file->Write(4, "cd", {}, nullptr).ok());
      },
      [&](std::mt19937_64& random) {
        files_->lose_power(random);
        return content("d");
      });
  for (const std::string each : {"SS....", "SSab..", "SS..cd", "SSabcd", "SSa.cd"}) {
    EXPECT_TRUE(seen.contains(each)) << each;
  }
}

TEST_F(FaultFileSystemTest, FailsExactlyTheOperationAsked) {
  const auto file = create("e");
  files_->fail_after(2, FaultError::no_space);
  EXPECT_TRUE(file->Append("1", {}, nullptr).ok());
  EXPECT_FALSE(files_->fault_met());
  EXPECT_TRUE(file->Append("2", {}, nullptr).IsNoSpace());
  EXPECT_TRUE(files_->fault_met());
  EXPECT_TRUE(file->Append("3", {}, nullptr).ok());
  EXPECT_EQ(content("e"), "13");
}

TEST_F(FaultFileSystemTest, FailsWhatIsChosenUntilToldOtherwise) {
  const auto file = create("f");
  files_->fail_if(
      [](FileOperation operation, const std::string&) { return operation == FileOperation::sync; },
      FaultError::io_error);
  EXPECT_TRUE(file->Append("1", {}, nullptr).ok());
  EXPECT_TRUE(file->Sync({}, nullptr).IsIOError());
  EXPECT_TRUE(file->Sync({}, nullptr).IsIOError());
  files_->fail_if(nullptr, FaultError::io_error);
  EXPECT_TRUE(file->Sync({}, nullptr).ok());
}

TEST_F(FaultFileSystemTest, EachKindOfOperationCanFail) {
  const auto file = create("here");
  ASSERT_TRUE(file->Append("content", {}, nullptr).ok());
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  std::unique_ptr<rocksdb::FSSequentialFile> stream;
  ASSERT_TRUE(files_->NewSequentialFile(path("here"), {}, &stream, nullptr).ok());
  std::unique_ptr<rocksdb::FSRandomAccessFile> reader;
  ASSERT_TRUE(files_->NewRandomAccessFile(path("here"), {}, &reader, nullptr).ok());
  std::unique_ptr<rocksdb::FSDirectory> directory;
  ASSERT_TRUE(files_->NewDirectory(directory_.path().string(), {}, &directory, nullptr).ok());
  std::array<char, 4> buffer{};
  rocksdb::Slice bytes;
  std::unique_ptr<rocksdb::FSWritableFile> other;
  const std::vector<std::pair<FileOperation, std::function<rocksdb::IOStatus()>>> operations{
      {FileOperation::read, [&] { return stream->Read(4, {}, &bytes, buffer.data(), nullptr); }},
      {FileOperation::read, [&] { return reader->Read(0, 4, {}, &bytes, buffer.data(), nullptr); }},
      {FileOperation::write, [&] { return file->Append("more", {}, nullptr); }},
      {FileOperation::sync, [&] { return file->Sync({}, nullptr); }},
      {FileOperation::allocate, [&] { return file->Allocate(0, 4096, {}, nullptr); }},
      {FileOperation::create,
       [&] { return files_->NewWritableFile(path("other"), {}, &other, nullptr); }},
      {FileOperation::rename,
       [&] { return files_->RenameFile(path("here"), path("there"), {}, nullptr); }},
      {FileOperation::look, [&] { return files_->FileExists(path("there"), {}, nullptr); }},
      {FileOperation::remove, [&] { return files_->DeleteFile(path("there"), {}, nullptr); }},
      {FileOperation::sync_directory, [&] { return directory->Fsync({}, nullptr); }}};
  for (const auto& [kind, run] : operations) {
    SCOPED_TRACE(testing::Message() << "operation " << static_cast<int>(kind));
    files_->fail_if(
        [kind](FileOperation operation, const std::string&) { return operation == kind; },
        FaultError::no_space);
    EXPECT_TRUE(run().IsNoSpace());
    files_->fail_if(nullptr, FaultError::no_space);
    EXPECT_TRUE(run().ok());
  }
}

TEST_F(FaultFileSystemTest, EverythingFailsWithoutPower) {
  const auto file = create("g");
  files_->cut_power_after(1);
  EXPECT_TRUE(file->Append("1", {}, nullptr).ok());
  EXPECT_FALSE(file->Append("2", {}, nullptr).ok());
  EXPECT_FALSE(file->Sync({}, nullptr).ok());
  EXPECT_FALSE(files_->FileExists(path("g"), {}, nullptr).ok());
  EXPECT_FALSE(files_->is_powered());
}

TEST_F(FaultFileSystemTest, ASlowDiskTakesItsTimeToSync) {
  const auto file = create("h");
  constexpr std::chrono::milliseconds slow{20};
  files_->slow_down(slow);
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - before, slow);
}

}  // namespace
}  // namespace rounds::test
