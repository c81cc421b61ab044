#include "eventlog/side_records.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/transaction_log.h>

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

TEST_F(SideRecordsTest, OfAnOwnerAreFoundUpToANumber) {
  const auto put_owned = [&](std::string_view owner, std::uint64_t number) {
    EventGroup group = log_->begin_group();
    group.put_side_record(SideStream::snapshots, number, fmt::format("{}{}", owner, number), owner);
    ASSERT_TRUE(log_->append(std::move(group), Durability::synced));
  };
  put_owned("aa", 9);
  put_owned("bb", 3);
  put_owned("bb", 300);
  const auto found = [&](std::string_view owner, std::uint64_t number) {
    const auto record = log_->find_side_record(SideStream::snapshots, owner, number);
    if (record) EXPECT_EQ(record->content, fmt::format("{}{}", owner, record->number));
    return record ? record->number : 0;
  };
  EXPECT_EQ(found("bb", 2), 0U);
  EXPECT_EQ(found("bb", 3), 3U);
  EXPECT_EQ(found("bb", 299), 3U);
  EXPECT_EQ(found("bb", ~Sequence{0}), 300U);
  EXPECT_EQ(found("aa", 8), 0U);
  EXPECT_EQ(found("ab", 9), 0U);
  ASSERT_TRUE(
      log_->database().Put({}, side_record_key(SideStream::snapshots, 300, "bb"), "damaged").ok());
  EXPECT_EQ(found("bb", ~Sequence{0}), 3U);
}

TEST_F(SideRecordsTest, CanNoteTheChainOfTheLogThatTheyBelongTo) {
  EventGroup group = log_->begin_group();
  for (const Event& event : occurrence_events(1, 2)) group.add(event);
  const ChainHash chain = group.finish_events();
  group.put_side_record(SideStream::batches, 1, "x");
  ASSERT_TRUE(log_->append(std::move(group), Durability::synced));
  ASSERT_TRUE(log_->append(occurrence_events(3, 1), Durability::synced));
  EXPECT_TRUE(log_->has_chain(2, chain));
  EXPECT_FALSE(log_->has_chain(2, chain + 1));
  EXPECT_FALSE(log_->has_chain(1, chain)) << "no frame ends there";
  EXPECT_FALSE(log_->has_chain(3, chain));
  EXPECT_FALSE(log_->has_chain(4, chain)) << "not in the log";
  EXPECT_TRUE(log_->has_chain(3, log_->begin_group().finish_events()));
}

TEST_F(SideRecordsTest, KeepNoWriteAheadLogForLongThoughTheyAreFew) {
  constexpr std::uint64_t bytes_per_group = 1U << 20U;
  constexpr std::uint64_t groups = 240;
  std::uint64_t most = 0;
  for (std::uint64_t number = 1; number <= groups; ++number) {
    Event event = occurrence_events(number, 1).front();
    event.provenance.reason.assign(bytes_per_group, 'x');
    EventGroup group = log_->begin_group();
    group.add(event);
    group.put_side_record(SideStream::batches, number, "few bytes");
    ASSERT_TRUE(log_->append(std::move(group), Durability::buffered));
    std::uint64_t bytes = 0;
    rocksdb::VectorLogPtr files;
    ASSERT_TRUE(log_->database().GetSortedWalFiles(files).ok());
    for (const auto& file : files) bytes += file->SizeFileBytes();
    most = std::max(most, bytes);
  }
  // Three buffers of 32 MiB, and what comes while one is written.
  EXPECT_LT(most, 160 * bytes_per_group);
}

}  // namespace
}  // namespace rounds::test
