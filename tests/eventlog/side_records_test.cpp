#include "eventlog/side_records.hpp"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "eventlog/event_log.hpp"
#include "tests/eventlog/sample_events.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

using Found = std::vector<std::pair<std::uint64_t, std::string>>;

class SideRecordsTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    log_.reset();
    auto log = EventLog::open(directory_.path() / "log");
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
  }

  void put(SideStream stream, std::uint64_t number, std::string_view content) {
    EventGroup group = log_->begin_group();
    group.put_side_record(stream, number, content);
    ASSERT_TRUE(log_->append(std::move(group), Durability::synced));
  }

  Found read(SideStream stream, std::uint64_t damaged = 0) {
    Found found;
    const auto result =
        log_->read_side_records(stream, [&](std::uint64_t number, std::string_view content) {
          found.emplace_back(number, content);
        });
    EXPECT_TRUE(result);
    if (result) EXPECT_EQ(*result, damaged);
    return found;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(SideRecordsTest, AreReadByStreamInTheOrderOfTheirNumbersAlsoAfterOpeningAgain) {
  put(SideStream::occurrences, 256, "later");
  put(SideStream::occurrences, 3, "");
  put(SideStream::batches, 7, "other stream");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(read(SideStream::occurrences), (Found{{3, ""}, {256, "later"}}));
    EXPECT_EQ(read(SideStream::batches), (Found{{7, "other stream"}}));
    open();
  }
}

TEST_F(SideRecordsTest, ComeWithTheEventsOfTheirGroupOrWithoutAny) {
  const auto events = occurrence_events(1, 2);
  EventGroup group = log_->begin_group();
  for (const Event& event : events) group.add(event);
  group.put_side_record(SideStream::batches, 1, "beside events");
  ASSERT_TRUE(log_->append(std::move(group), Durability::synced));
  put(SideStream::batches, 2, "alone");
  EXPECT_EQ(log_->last_sequence(), 2U);
  ASSERT_TRUE(log_->append(occurrence_events(3, 1), Durability::synced));
  EXPECT_EQ(log_->last_sequence(), 3U);
  EXPECT_EQ(read(SideStream::batches), (Found{{1, "beside events"}, {2, "alone"}}));
}

TEST_F(SideRecordsTest, OfADroppedGroupAreNotWritten) {
  {
    EventGroup group = log_->begin_group();
    group.put_side_record(SideStream::batches, 1, "dropped");
  }
  EXPECT_EQ(read(SideStream::batches), Found{});
}

TEST_F(SideRecordsTest, AreDeletedUpToANumber) {
  for (std::uint64_t number = 1; number <= 5; ++number) put(SideStream::batches, number, "x");
  put(SideStream::occurrences, 2, "x");
  EventGroup group = log_->begin_group();
  group.delete_side_records(SideStream::batches, 1, 4);
  ASSERT_TRUE(log_->append(std::move(group), Durability::synced));
  EXPECT_EQ(read(SideStream::batches), (Found{{4, "x"}, {5, "x"}}));
  EXPECT_EQ(read(SideStream::occurrences), (Found{{2, "x"}}));
}

TEST_F(SideRecordsTest, ThatAreDamagedArePassedOverAndCounted) {
  put(SideStream::batches, 1, "one");
  std::string damaged = seal_side_record("two");
  damaged.back() ^= 1;
  rocksdb::DB& database = log_->database();
  ASSERT_TRUE(database.Put({}, side_record_key(SideStream::batches, 2), damaged).ok());
  ASSERT_TRUE(database.Put({}, side_record_key(SideStream::batches, 3), "short").ok());
  put(SideStream::batches, 4, "four");
  EXPECT_EQ(read(SideStream::batches, 2), (Found{{1, "one"}, {4, "four"}}));
}

}  // namespace
}  // namespace rounds::test
