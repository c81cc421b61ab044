// What RocksDB reads of write-ahead logs is what they hold, but for records that look recycled.
#include "eventlog/wal_reading_env.hpp"

#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

constexpr std::size_t block_bytes = 32U << 10U;
constexpr char full_record = 1;
constexpr char recyclable_full_record = 5;
constexpr char recyclable_last_record = 8;

std::string record(char type, std::size_t payload_bytes) {
  std::string bytes(4, '\x5a');  // no checksum is looked at
  bytes.push_back(static_cast<char>(payload_bytes & 0xffU));
  bytes.push_back(static_cast<char>(payload_bytes >> 8U));
  bytes.push_back(type);
  // Headers in it would look recycled.
  return bytes + std::string(payload_bytes, recyclable_full_record);
}

class WalReadingEnvTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(directory_.path() / name, std::ios::binary | std::ios::app) << bytes;
  }

  [[nodiscard]] std::unique_ptr<rocksdb::FSSequentialFile> open(const std::string& name) const {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    const auto status = env_->GetFileSystem()->NewSequentialFile(
        (directory_.path() / name).string(), {}, &file, nullptr);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return file;
  }

  static std::string read(rocksdb::FSSequentialFile& file, std::size_t count) {
    std::vector<char> scratch(count);
    rocksdb::Slice result;
    const auto status = file.Read(count, {}, &result, scratch.data(), nullptr);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return result.ToString();
  }

  const TemporaryDirectory directory_;
  const std::unique_ptr<rocksdb::Env> env_ = make_wal_reading_env(nullptr);
};

TEST_F(WalReadingEnvTest, ChangesTheTypeOfRecordsThatLookRecycledAndNothingElse) {
  std::string file = record(full_record, 100) + record(full_record, 0);
  const std::size_t first = file.size() + 6;
  file += record(recyclable_last_record, 50) + record(recyclable_full_record, 50);
  file.resize(block_bytes, '\0');
  const std::size_t second = file.size() + 6;
  file += record(recyclable_full_record, 10);
  write("000007.log", file);
  write("000007.sst", file);
  for (const std::size_t count : {1UL, 7UL, 1000UL, block_bytes, 3 * block_bytes}) {
    const auto wal = open("000007.log");
    std::string bytes;
    for (std::string some = read(*wal, count); !some.empty(); some = read(*wal, count)) {
      bytes += some;
    }
    ASSERT_EQ(bytes.size(), file.size());
    for (std::size_t i = 0; i < file.size(); ++i) {
      if (i == first || i == second) {
        EXPECT_TRUE(bytes[i] < recyclable_full_record || bytes[i] > recyclable_last_record) << i;
      } else {
        ASSERT_EQ(bytes[i], file[i]) << i;
      }
    }
  }
  EXPECT_EQ(read(*open("000007.sst"), 2 * block_bytes), file);
}

TEST_F(WalReadingEnvTest, SkipsAsMuchAsItIsTold) {
  std::string file;
  while (file.size() < 2 * block_bytes) file += std::to_string(file.size()) + '/';
  write("000007.log", file);
  const auto wal = open("000007.log");
  EXPECT_EQ(read(*wal, 10), file.substr(0, 10));
  EXPECT_TRUE(wal->Skip(block_bytes).ok());
  EXPECT_EQ(read(*wal, 10), file.substr(10 + block_bytes, 10));
  EXPECT_TRUE(wal->Skip(10 * block_bytes).ok());
  EXPECT_EQ(read(*wal, 10), "");
}

// What a writer adds later does not begin where a block does.
TEST_F(WalReadingEnvTest, AFileThatHasEndedStaysEnded) {
  write("000007.log", record(full_record, 100));
  const auto wal = open("000007.log");
  EXPECT_EQ(read(*wal, block_bytes), record(full_record, 100));
  write("000007.log", record(full_record, 100));
  EXPECT_EQ(read(*wal, block_bytes), "");
}

TEST_F(WalReadingEnvTest, AMissingFileIsAnError) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  const auto path = (directory_.path() / "000008.log").string();
  EXPECT_FALSE(env_->GetFileSystem()->NewSequentialFile(path, {}, &file, nullptr).ok());
}

}  // namespace
}  // namespace rounds::test
