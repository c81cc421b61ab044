// The power is cut while damaged projections are being built anew, or an operation of a rebuild
// fails: whatever moment it is, the next opening has everything.
#include <filesystem>

#include <gtest/gtest.h>

#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;

// Beyond the last operation of a rebuild of this store.
constexpr std::uint64_t latest_cut = 400;
constexpr std::uint64_t cuts_by_default = 40;
constexpr std::uint64_t failing_by_default = 60;

class RebuildCrashTest : public testing::Test {
 protected:
  Result<std::unique_ptr<RocksStore>> open() {
    RocksStoreOptions options;
    options.env = environment_.env.get();
    options.layer_events = 7;
    options.projections_rebuilding = [this](const std::string&) { ++rebuilds_; };
    return RocksStore::open(directory_.path(), std::move(options));
  }

  void damage_projections() {
    for (const auto& file : fs::directory_iterator(projections_directory(directory_.path()))) {
      if (file.path().filename().string().starts_with("MANIFEST-")) fs::resize_file(file, 10);
    }
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::uint64_t rebuilds_ = 0;
};

TEST_F(RebuildCrashTest, NothingIsLostWheneverThePowerIsCut) {
  FaultFileSystem& files = *environment_.files;
  StoreStats expected;
  {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 60; ++i) {
      const auto identity = make_identity("n" + std::to_string(i % 10));
      ASSERT_TRUE((*store)->record({make_occurrence(identity, at_second(i))}));
    }
    expected = *(*store)->get_stats();
    ASSERT_TRUE((*store)->close());
  }
  files.forgive();
  std::mt19937_64 random(random_seed());
  std::uint64_t cuts_met = 0;
  for (std::uint64_t i = random_rounds(cuts_by_default); i > 0; --i) {
    damage_projections();
    files.cut_power_after(std::uniform_int_distribution<std::uint64_t>(0, latest_cut)(random));
    if (!open()) ++cuts_met;
    files.cut_power_after(0);
    files.lose_power(random);
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_EQ(*(*store)->get_stats(), expected);
    ASSERT_TRUE((*store)->close());
    const auto verified = verify_projections(directory_.path(), {}, nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    ASSERT_TRUE(verified->is_equal());
    ASSERT_FALSE(fs::exists(directory_.path() / "projections.new"));
  }
  EXPECT_GT(cuts_met, 0U) << "no rebuild was interrupted";
  EXPECT_GT(rebuilds_, cuts_met);
}

// Files are taken in by RocksDB, which must not end the process when it cannot read them.
TEST_F(RebuildCrashTest, WhateverFailsInARebuildTheOldOrTheNewOnesServe) {
  FaultFileSystem& files = *environment_.files;
  {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 60; ++i) {
      const auto identity = make_identity("n" + std::to_string(i % 10));
      ASSERT_TRUE((*store)->record({make_occurrence(identity, at_second(i))}));
    }
    ASSERT_TRUE((*store)->close());
  }
  files.forgive();
  const RebuildOptions options{.max_events = 25, .env = environment_.env.get()};
  const std::uint64_t before = files.operation_count();
  ASSERT_TRUE(rebuild_projections(directory_.path(), {}, options));
  const std::uint64_t operations = files.operation_count() - before;
  std::uint64_t failures = 0;
  std::mt19937_64 random(random_seed());
  for (std::uint64_t i = random_rounds(failing_by_default); i > 0; --i) {
    const auto number = std::uniform_int_distribution<std::uint64_t>(1, operations)(random);
    files.fail_after(number, FaultError::io_error);
    if (!rebuild_projections(directory_.path(), {}, options)) ++failures;
    files.forgive();
    const auto store = open();
    ASSERT_TRUE(store) << "operation " << number << ": " << store.error().message;
    ASSERT_TRUE((*store)->close());
    const auto verified = verify_projections(directory_.path(), {}, nullptr);
    ASSERT_TRUE(verified) << "operation " << number << ": " << verified.error().message;
    ASSERT_TRUE(verified->is_equal()) << "operation " << number;
  }
  EXPECT_GT(failures, 0U) << "no operation that failed mattered";
  EXPECT_EQ(rebuilds_, 0U) << "a rebuild left projections that could not be used";
}

}  // namespace
}  // namespace rounds::test
