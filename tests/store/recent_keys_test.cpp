#include "store/recent_keys.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

using std::chrono::seconds;

constexpr seconds window{600};

RepetitionKey numbered(std::uint64_t number) {
  return {0, number};
}

class RecentKeysTest : public testing::Test {
 protected:
  void SetUp() override { open(window); }

  void open(std::chrono::microseconds for_window, std::size_t most_keys = 1000) {
    keys_.reset();
    log_.reset();
    auto log = EventLog::open(directory_.path() / "log");
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
    keys_ = std::make_unique<RecentKeys>(SideStream::occurrences, for_window, most_keys);
    const auto loaded = keys_->load(*log_);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(*loaded, 0U);
  }

  // A group at that second that sees each of the keys.
  void commit(std::int64_t second, const std::vector<std::uint64_t>& numbers) {
    keys_->begin_group(at_second(second));
    for (const std::uint64_t number : numbers) keys_->note(numbered(number), KeyNote::seen);
    EventGroup events = log_->begin_group();
    keys_->add_to(events);
    ASSERT_TRUE(log_->append(std::move(events), Durability::buffered));
    keys_->commit();
  }

  [[nodiscard]] std::vector<std::uint64_t> known(std::uint64_t end) const {
    std::vector<std::uint64_t> found;
    for (std::uint64_t number = 1; number < end; ++number) {
      if (keys_->contains(numbered(number))) found.push_back(number);
    }
    return found;
  }

  [[nodiscard]] std::size_t records_in_log() const {
    std::size_t records = 0;
    const auto read = log_->read_side_records(SideStream::occurrences,
                                              [&](std::uint64_t, std::string_view) { ++records; });
    EXPECT_TRUE(read);
    return records;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<RecentKeys> keys_;
};

TEST_F(RecentKeysTest, TakeBackWhatAGroupNotedThatWasNotWritten) {
  commit(0, {1});
  keys_->begin_group(at_second(1));
  keys_->note(numbered(1), KeyNote::on_span_event);
  keys_->note(numbered(2), KeyNote::on_log_record);
  EXPECT_EQ(keys_->note(numbered(2), KeyNote::on_log_record).on_log_record, 2U);
  keys_->roll_back();
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{1}));
  keys_->begin_group(at_second(2));
  EXPECT_EQ(keys_->note(numbered(1), KeyNote::on_span_event).on_span_event, 1U);
  EXPECT_EQ(keys_->note(numbered(2), KeyNote::on_log_record).on_log_record, 1U);
}

TEST_F(RecentKeysTest, ForgetTheOldestWhenThereAreTooMany) {
  open(window, 3);
  commit(0, {1, 2});
  commit(1, {3, 4});
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_EQ(keys_->forgotten_early(), 1U);
  commit(2, {5, 6, 7, 8});
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{6, 7, 8}));
  open(window, 3);
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{6, 7, 8}));
  EXPECT_EQ(keys_->size(), 3U);
}

TEST_F(RecentKeysTest, ReadFromTheLogWhatTheyKnewBefore) {
  commit(0, {1});
  commit(300, {2});
  commit(700, {3});  // forgets 1
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{2, 3}));
  open(window);
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(keys_->last_time(), at_second(700));
  commit(700, {1});
  commit(901, {});
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{1, 3}));
  open(window);
  EXPECT_EQ(known(10), (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(RecentKeysTest, LeaveABoundedNumberOfRecordsInTheLog) {
  std::size_t most = 0;
  for (std::int64_t second = 0; second < 3000; ++second) {
    commit(second, {static_cast<std::uint64_t>(second) + 1});
    if (second % 100 == 0) most = std::max(most, records_in_log());
  }
  EXPECT_EQ(keys_->size(), 601U);
  EXPECT_LE(most, 601U + 256U);
  open(window);
  EXPECT_EQ(keys_->size(), 601U);
}

TEST_F(RecentKeysTest, WriteNothingWhereNothingIsNoted) {
  commit(0, {});
  EXPECT_EQ(records_in_log(), 0U);
}

}  // namespace
}  // namespace rounds::test
