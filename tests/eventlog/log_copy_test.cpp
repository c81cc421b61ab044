// The beginning of a log as a log of its own, and the place of a moment in a log.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/log_verifier.hpp"
#include "tests/eventlog/sample_events.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

std::vector<Event> read_all(const EventLog& log) {
  std::vector<Event> events;
  LogReader reader = log.read(1);
  while (true) {
    auto event = reader.next();
    EXPECT_TRUE(event) << event.error().message;
    if (!event || !*event) return events;
    events.push_back(**std::move(event));
  }
}

// The frames of a log, by the sequence that they begin with.
std::map<Sequence, std::string> frames_of(const EventLog& log) {
  std::map<Sequence, std::string> frames;
  const auto iterator = log.read_frames();
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    frames[*parse_frame_key(iterator->key().ToStringView())] = iterator->value().ToString();
  }
  return frames;
}

class LogCopyTest : public testing::Test {
 protected:
  static constexpr std::size_t count = 200;

  LogCopyTest() {
    events_ = occurrence_events(1, count);
    // Two events of each time, and a pause in the middle.
    for (std::size_t i = 0; i < count; ++i) {
      events_[i].time = at_second(static_cast<std::int64_t>(i / 2 + (i < count / 2 ? 0 : 1000)));
    }
    source_ = open("source");
    // Groups of 90, so that frames end before they are full as well.
    for (std::size_t i = 0; i < count; i += 90) {
      const std::span all(events_);
      EXPECT_TRUE(source_->append(all.subspan(i, std::min<std::size_t>(90, count - i)),
                                  Durability::synced));
    }
  }

  std::unique_ptr<EventLog> open(const std::string& name) {
    auto log = EventLog::open(directory_.path() / name);
    EXPECT_TRUE(log) << log.error().message;
    return log ? *std::move(log) : nullptr;
  }

  TemporaryDirectory directory_;
  std::vector<Event> events_;
  std::unique_ptr<EventLog> source_;
};

TEST_F(LogCopyTest, HoldsExactlyTheEventsUpToAnySequence) {
  ASSERT_GT(frames_of(*source_).size(), 5U);
  for (Sequence through = 0; through <= count; through += through < 100 ? 7 : 1) {
    const std::string name = "copy-" + std::to_string(through);
    {
      const auto copy = open(name);
      const auto copied = copy->copy_from(*source_, through, nullptr);
      ASSERT_TRUE(copied) << copied.error().message;
      EXPECT_EQ(copy->last_sequence(), through);
      ASSERT_TRUE(copy->close());
    }
    const auto copy = open(name);
    EXPECT_EQ(copy->opening().found, LogOpening::Found::closed);
    EXPECT_NE(copy->id(), source_->id());
    EXPECT_EQ(read_all(*copy),
              std::vector<Event>(events_.begin(), events_.begin() + static_cast<int>(through)));
    if (through > 0) EXPECT_EQ(copy->last_time(), events_[through - 1].time);
    ASSERT_TRUE(copy->close());
    const auto verified = verify_log_in(directory_.path() / name, nullptr);
    ASSERT_TRUE(verified);
    EXPECT_TRUE(verified->is_sound()) << verified->damages.at(0).error.message;
  }
}

TEST_F(LogCopyTest, KeepsWholeFramesAndTheirChain) {
  const auto frames = frames_of(*source_);
  const Sequence through = 150;
  const auto copy = open("copy");
  ASSERT_TRUE(copy->copy_from(*source_, through, nullptr));
  std::size_t same = 0;
  for (const auto& [first, bytes] : frames_of(*copy)) {
    const bool whole = FrameView::parse(frames.at(first))->last_sequence() <= through;
    EXPECT_EQ(bytes == frames.at(first), whole) << "the frame of event " << first;
    same += whole ? 1 : 0;
  }
  EXPECT_GT(same, 3U);
}

TEST_F(LogCopyTest, TakesFurtherEvents) {
  const auto copy = open("copy");
  ASSERT_TRUE(copy->copy_from(*source_, 150, nullptr));
  ASSERT_TRUE(copy->append(std::span(events_).subspan(150), Durability::synced));
  EXPECT_EQ(read_all(*copy), events_);
}

TEST_F(LogCopyTest, RefusesADamagedSourceAndNamesTheEvent) {
  ASSERT_TRUE(source_->close());
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, {}}, {"log", {}}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const std::string path = (directory_.path() / "source").string();
  ASSERT_TRUE(rocksdb::DB::Open({}, path, families, &handles, &opened).ok());
  Sequence damaged = 0;
  {
    const std::unique_ptr<rocksdb::DB> database(opened);
    const std::unique_ptr<rocksdb::Iterator> iterator(database->NewIterator({}, handles[1]));
    iterator->SeekForPrev(frame_key(100));
    damaged = *parse_frame_key(iterator->key().ToStringView());
    std::string bytes = iterator->value().ToString();
    bytes.back() ^= 1;
    ASSERT_TRUE(database->Put({}, handles[1], iterator->key(), bytes).ok());
    for (auto* handle : handles) ASSERT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
  }
  source_ = open("source");
  const auto before = open("before");
  EXPECT_TRUE(before->copy_from(*source_, damaged - 1, nullptr));
  const auto copy = open("copy");
  const auto copied = copy->copy_from(*source_, count, nullptr);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, ErrorCode::corruption);
  EXPECT_NE(copied.error().message.find("event " + std::to_string(damaged)), std::string::npos)
      << copied.error().message;
}

TEST_F(LogCopyTest, AMomentHasItsPlaceInTheLog) {
  const auto place = [&](const Moment& moment, Sequence end = count) {
    const auto found = source_->sequence_at(moment, end);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(~Sequence{0});
  };
  for (std::int64_t second = -1; second < 1200; ++second) {
    Sequence expected = 0;
    while (expected < count && events_[expected].time <= at_second(second)) ++expected;
    ASSERT_EQ(place(at_second(second)), expected) << second;
    ASSERT_EQ(place(at_second(second), 51), std::min<Sequence>(expected, 51)) << second;
  }
  EXPECT_EQ(place(max_timestamp), count);
  EXPECT_EQ(place(min_timestamp), 0U);
  EXPECT_EQ(place(max_timestamp, 0), 0U);
  EXPECT_EQ(place(Sequence{count}), count);
  EXPECT_EQ(place(Sequence{0}), 0U);
  EXPECT_EQ(source_->sequence_at(Sequence{52}, 51).error(), behind_the_end(52, 51));
}

TEST_F(LogCopyTest, EventsAreReadInAnyOrderWhereverTheyStand) {
  const std::vector<Sequence> wanted{3, 1, 2, 2, 199, 90, 91, 92, 1, 200};
  const auto events = source_->read_each(wanted);
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ((*events)[i], events_[wanted[i] - 1]);
  }
  for (const Sequence absent : {Sequence{0}, Sequence{201}, ~Sequence{0}}) {
    const std::vector<Sequence> one{1, absent};
    EXPECT_EQ(source_->read_each(one).error().code, ErrorCode::corruption) << absent;
  }
}

}  // namespace
}  // namespace rounds::test
