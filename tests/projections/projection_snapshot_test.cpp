// What is written after a snapshot was made costs its scans nothing; and where written rows are.
#include "projections/projection_snapshot.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>

#include "projections/row_batch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

constexpr Facet service = 7;

class ProjectionSnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = ProjectionDatabase::open(directory_.path(), LogId{});
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
  }

  static IndexPosition position(Status status, std::int64_t last_seen_us) {
    Signature signature;
    signature.status = status;
    signature.last_seen = Timestamp{std::chrono::microseconds{last_seen_us}};
    signature.occurrence_count = 1;
    signature.id.bytes[15] = 1;
    return IndexPosition::of(signature);
  }

  void write(Status status, std::int64_t first_us, std::int64_t last_us) {
    RowBatch batch(*database_, database_->active(), 0);
    for (std::int64_t time = first_us; time <= last_us; ++time) {
      batch.begin(Projection::by_status);
      ASSERT_TRUE(batch.put(encode_by_status_key(position(status, time)), ""));
      batch.begin(Projection::by_service);
      ASSERT_TRUE(batch.put(encode_by_facet_key({service, position(status, time)}), ""));
      batch.begin(Projection::by_tag);
      ASSERT_TRUE(batch.put(encode_by_facet_key({service, position(status, time)}), ""));
    }
    ASSERT_TRUE(batch.commit(nullptr));
  }

  static std::vector<IndexPosition> read(IndexScan scan) {
    std::vector<IndexPosition> positions;
    while (true) {
      const auto next = scan.next();
      EXPECT_TRUE(next) << next.error().message;
      if (!next || !*next) return positions;
      positions.push_back(**next);
    }
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<ProjectionDatabase> database_;
};

// How many entries of the families are in memory and the write-ahead log alone.
std::uint64_t entries_in_memory(const ProjectionDatabase& database) {
  std::uint64_t sum = 0;
  for (rocksdb::ColumnFamilyHandle* family : database.active()) {
    std::uint64_t entries = 0;
    EXPECT_TRUE(database.database().GetIntProperty(
        family, rocksdb::DB::Properties::kNumEntriesActiveMemTable, &entries));
    sum += entries;
  }
  return sum;
}

TEST_F(ProjectionSnapshotTest, ALargeBatchIsOnItsWayIntoTablesOnceItIsCommitted) {
  for (const std::size_t rows : {std::size_t{1}, std::size_t{9}}) {
    RowBatch batch(*database_, database_->active(), 0);
    batch.begin(Projection::signatures);
    const std::string row(1U << 20U, 'x');
    for (std::size_t i = 0; i < rows; ++i) ASSERT_TRUE(batch.put(std::to_string(i), row));
    ASSERT_TRUE(batch.commit(nullptr));
    EXPECT_EQ(entries_in_memory(*database_), rows == 1 ? 1U : 0U);
  }
}

TEST_F(ProjectionSnapshotTest, ScansDoNotWalkOverNewerPositionsThatWereWrittenLater) {
  write(Status::new_, 100, 103);
  write(Status::muted, 90, 91);
  const ProjectionSnapshot disk(*database_, database_->active());
  for (const Status status : all_statuses) write(status, 104, 2000);
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  for (const Projection index :
       {Projection::by_status, Projection::by_service, Projection::by_tag}) {
    EXPECT_EQ(read(disk.scan(index, service, Status::new_, std::nullopt)).size(), 4U);
    EXPECT_EQ(read(disk.scan(index, service, Status::muted, std::nullopt)).size(), 2U);
    EXPECT_TRUE(read(disk.scan(index, service, Status::diagnosed, std::nullopt)).empty());
  }
  EXPECT_EQ(rocksdb::get_perf_context()->internal_recent_skipped_count, 0U);
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
}

TEST_F(ProjectionSnapshotTest, ScansGoOnBehindACursorWhereverItStands) {
  write(Status::new_, 100, 103);
  const ProjectionSnapshot disk(*database_, database_->active());
  for (const Projection index :
       {Projection::by_status, Projection::by_service, Projection::by_tag}) {
    const auto behind = [&](std::int64_t time_us) {
      return read(
          disk.scan(index, service, Status::new_, position(Status::new_, time_us).cursor()));
    };
    EXPECT_EQ(behind(200).size(), 4U);
    EXPECT_EQ(behind(103).size(), 3U);
    EXPECT_EQ(behind(101).front(), position(Status::new_, 100));
    EXPECT_TRUE(behind(100).empty());
  }
}

}  // namespace
}  // namespace rounds::test
