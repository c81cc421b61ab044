// What a full disk must not keep from closing cleanly, and how a store sees that it has space
// again.
#include "store/disk_reserve.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::size_t reserve_bytes = 64U * 1024;

TEST(DiskReserveTest, HoldsItsSizeOnTheDiskUntilItIsReleased) {
  const TemporaryDirectory directory;
  DiskReserve reserve(directory.path(), reserve_bytes, nullptr);
  ASSERT_TRUE(reserve.hold());
  EXPECT_EQ(fs::file_size(directory.path() / "reserve"), reserve_bytes);
  ASSERT_TRUE(reserve.release());
  EXPECT_TRUE(fs::is_empty(directory.path()));
  EXPECT_TRUE(reserve.release()) << "there is nothing to give back";
}

// A disk that takes one small write may be full at the next: a store would go on and stop by turns.
TEST(DiskReserveTest, ADiskWithLessSpaceThanAskedForIsNotReady) {
  const TemporaryDirectory directory;
  DiskReserve reserve(directory.path(), reserve_bytes, nullptr);
  EXPECT_TRUE(reserve.probe(1));
  const auto probed = reserve.probe(std::numeric_limits<std::size_t>::max());
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().code, ErrorCode::io_error);
  EXPECT_THAT(probed.error().message, HasSubstr("are needed to go on"));
  EXPECT_TRUE(fs::is_empty(directory.path())) << "a probe leaves nothing behind";
}

}  // namespace
}  // namespace rounds::test
