// A log on a file system that fails on demand: what the tests of the watermark begin with.
//
// One test at a time uses it.
#pragma once

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/log_verifier.hpp"
#include "eventlog/watermark.hpp"
#include "tests/eventlog/sample_events.hpp"
#include "tests/faults/fault_file_system.hpp"

namespace rounds::test {
namespace fs = std::filesystem;
using testing::HasSubstr;

// Never syncs by itself within a test.
inline constexpr std::chrono::milliseconds never{3'600'000};

// Makes the log look like one of an older release.
inline void remove_meta_key(const fs::path& directory, const std::string& key) {
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, {}}, {"log", {}}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory.string(), families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  EXPECT_TRUE(database->Delete({}, key).ok());
  for (auto* handle : handles) EXPECT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
}

class WatermarkTest : public testing::Test {
 protected:
  [[nodiscard]] Result<std::unique_ptr<EventLog>> try_open(bool renew = false) {
    EventLogOptions options;
    options.env = environment_.env.get();
    options.watermark_sync_interval = never;
    options.renew_watermark = renew;
    return EventLog::open(path(), options);
  }

  std::unique_ptr<EventLog> open() {
    auto log = try_open();
    EXPECT_TRUE(log) << log.error().message;
    return log ? *std::move(log) : nullptr;
  }

  // Appends `count` events to a log that ends with `last`, one group each.
  static void append(EventLog& log, std::size_t count, Durability durability = Durability::synced) {
    for (std::size_t i = 0; i < count; ++i) {
      const Sequence next = log.last_sequence() + 1;
      const auto events = occurrence_events(1, next);
      ASSERT_TRUE(log.append(std::span(events).last(1), durability));
    }
  }

  // The process dies: whatever it does from now on has no effect.
  void kill(std::unique_ptr<EventLog> log) {
    files_->cut_power_after(0);
    log.reset();
    files_->forgive();
  }

  void cut_power(std::unique_ptr<EventLog> log, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    files_->cut_power_after(0);
    log.reset();
    files_->lose_power(random);
  }

  [[nodiscard]] fs::path path() const { return directory_.path() / "log"; }

  // The largest write-ahead log.
  [[nodiscard]] fs::path live_wal() const {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().extension() != ".log") continue;
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    return largest;
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::shared_ptr<FaultFileSystem> files_ = environment_.files;
};

}  // namespace rounds::test
