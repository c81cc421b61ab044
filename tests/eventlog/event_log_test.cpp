#include "eventlog/event_log.hpp"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "eventlog/log_verifier.hpp"
#include "tests/eventlog/sample_events.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class EventLogTest : public testing::Test {
 protected:
  std::unique_ptr<EventLog> open() {
    auto log = EventLog::open(path());
    EXPECT_TRUE(log) << log.error().message;
    return log ? *std::move(log) : nullptr;
  }

  // A log of `count` events in groups of `group`, closed again.
  void write(std::size_t count, std::size_t group) {
    const auto log = open();
    const auto events = occurrence_events(1, count);
    for (std::size_t i = 0; i < count; i += group) {
      const std::span all(events);
      ASSERT_TRUE(log->append(all.subspan(i, std::min(group, count - i)), Durability::synced));
    }
    ASSERT_TRUE(log->close());
  }

  // Changes the records of the log behind its back.
  void tamper(const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& change) {
    const std::vector<rocksdb::ColumnFamilyDescriptor> families{
        {rocksdb::kDefaultColumnFamilyName, {}}, {"log", {}}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* database = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path().string(), families, &handles, &database).ok());
    change(*database, handles[1]);
    for (auto* handle : handles) ASSERT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
    ASSERT_TRUE(database->Close().ok());
    delete database;
  }

  LogVerification verify() {
    auto verification = verify_log_in(path(), nullptr);
    EXPECT_TRUE(verification) << verification.error().message;
    return *std::move(verification);
  }

  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "log"; }

  TemporaryDirectory directory_;
};

std::vector<Event> read_all(const EventLog& log, Sequence from) {
  std::vector<Event> events;
  LogReader reader = log.read(from);
  while (true) {
    auto event = reader.next();
    EXPECT_TRUE(event) << event.error().message;
    if (!event || !*event) return events;
    events.push_back(**std::move(event));
  }
}

TEST_F(EventLogTest, ReadsBackWhatWasAppendedFromEverySequence) {
  const auto log = open();
  const auto events = occurrence_events(1, 100);
  ASSERT_TRUE(log->append(std::span(events).first(60), Durability::synced));
  ASSERT_TRUE(log->append(std::span(events).last(40), Durability::buffered));
  for (Sequence from = 1; from <= 101; ++from) {
    const auto read = read_all(*log, from);
    const std::vector<Event> expected(events.begin() + static_cast<std::ptrdiff_t>(from) - 1,
                                      events.end());
    ASSERT_EQ(read, expected) << from;
  }
}

TEST_F(EventLogTest, KeepsItsEndAndIdAcrossReopening) {
  write(50, 7);
  const auto log = open();
  const LogId id = log->id();
  EXPECT_EQ(log->last_sequence(), 50U);
  EXPECT_EQ(log->last_time(), occurrence_events(1, 50).back().time);
  ASSERT_TRUE(log->close());
  EXPECT_EQ(open()->id(), id);
}

TEST_F(EventLogTest, ReadsSingleEventsInTheOrderAsked) {
  write(300, 100);
  const auto log = open();
  const auto events = occurrence_events(1, 300);
  const std::vector<Sequence> asked{300, 1, 150, 151, 1};
  const auto read = log->read_each(asked);
  ASSERT_TRUE(read) << read.error().message;
  for (std::size_t i = 0; i < asked.size(); ++i) EXPECT_EQ((*read)[i], events[asked[i] - 1]);
}

TEST_F(EventLogTest, NamesAnEventThatIsNotThere) {
  write(10, 10);
  const std::vector<Sequence> asked{11};
  const auto read = open()->read_each(asked);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::corruption);
  EXPECT_NE(read.error().message.find("event 11"), std::string::npos);
}

TEST_F(EventLogTest, AReaderSeesTheLogAsItWasWhenItBegan) {
  const auto log = open();
  const auto events = occurrence_events(1, 20);
  ASSERT_TRUE(log->append(std::span(events).first(10), Durability::buffered));
  LogReader reader = log->read(1);
  ASSERT_TRUE(log->append(std::span(events).last(10), Durability::buffered));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(*reader.next());
  EXPECT_FALSE(*reader.next());
}

TEST_F(EventLogTest, CanBeOpenedByOneAtATime) {
  const auto log = open();
  const auto second = EventLog::open(path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::in_use) << second.error().message;
}

TEST_F(EventLogTest, IsNotCreatedUnlessAskedTo) {
  const auto log = EventLog::open(directory_.path() / "absent", {.create_if_missing = false});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::data_missing);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "absent"));
}

TEST_F(EventLogTest, RefusesALogOfANewerFormat) {
  write(1, 1);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle*) {
    ASSERT_TRUE(database.Put({}, "format_version", "2").ok());
  });
  const auto log = EventLog::open(path());
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::unsupported);
}

TEST_F(EventLogTest, ASoundLogVerifies) {
  write(5000, 900);
  const LogVerification verification = verify();
  EXPECT_TRUE(verification.is_sound());
  EXPECT_EQ(verification.event_count, 5000U);
  EXPECT_EQ(verification.signature_count, 1U);
}

TEST_F(EventLogTest, AMissingFrameIsFoundAndNamed) {
  write(30, 10);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    ASSERT_TRUE(database.Delete({}, frames, frame_key(11)).ok());
  });
  const LogVerification verification = verify();
  ASSERT_EQ(verification.damage_count, 1U);
  EXPECT_EQ(verification.damages[0].first, 11U);
  EXPECT_EQ(verification.damages[0].last, 20U);
  EXPECT_EQ(verification.event_count, 20U);
  ASSERT_EQ(verification.affected_signature_count, 1U);
  EXPECT_EQ(verification.affected_signatures[0].first_missing, 11U);
  EXPECT_EQ(verification.affected_signatures[0].last_missing, 20U);
}

TEST_F(EventLogTest, ADamagedEventIsFoundAndNamed) {
  write(30, 10);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    std::string frame;
    ASSERT_TRUE(database.Get({}, frames, frame_key(21), &frame).ok());
    frame.back() = static_cast<char>(frame.back() ^ 1);
    ASSERT_TRUE(database.Put({}, frames, frame_key(21), frame).ok());
  });
  const auto log = EventLog::open(path());
  // It is in the last frame, so the log does not even open.
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::corruption);
  EXPECT_NE(log.error().message.find("event 30"), std::string::npos) << log.error().message;
}

TEST_F(EventLogTest, AFrameOfAnotherLogBreaksTheChain) {
  write(30, 10);
  // Events 11 to 20 as they would be in a log whose first ten differ.
  FrameWriter writer;
  writer.begin(11, 0x1234);
  EventEncoder encoder;
  const auto events = occurrence_events(1, 20);
  for (std::size_t i = 10; i < 20; ++i) writer.add(encoder.encode(events[i]));
  const std::string frame(writer.finish().bytes);
  tamper([&](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    ASSERT_TRUE(database.Put({}, frames, frame_key(11), frame).ok());
  });
  const LogVerification verification = verify();
  ASSERT_GE(verification.damage_count, 1U);
  EXPECT_NE(verification.damages[0].error.message.find("chain breaks at event 11"),
            std::string::npos)
      << verification.damages[0].error.message;
}

TEST_F(EventLogTest, AGapInTheVersionsOfASignatureIsFound) {
  {
    const auto log = open();
    auto events = occurrence_events(1, 3);
    events[2].version = 4;
    ASSERT_TRUE(log->append(events, Durability::synced));
  }
  const LogVerification verification = verify();
  ASSERT_EQ(verification.damage_count, 1U);
  EXPECT_EQ(verification.damages[0].first, 3U);
  EXPECT_NE(verification.damages[0].error.message.find("version 4"), std::string::npos);
}

TEST_F(EventLogTest, FramesHoldSeveralEventsOfAGroup) {
  write(1000, 1000);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    const std::unique_ptr<rocksdb::Iterator> iterator(database.NewIterator({}, frames));
    std::size_t count = 0;
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) ++count;
    EXPECT_LT(count, 100U);
    EXPECT_GT(count, 10U);
  });
}

using EventLogDeathTest = EventLogTest;

TEST_F(EventLogDeathTest, AGapInTheSequencesOfAnAppendAborts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // RocksDB has threads
  const auto log = open();
  const auto events = occurrence_events(2, 1);
  EXPECT_DEATH(static_cast<void>(log->append(events, Durability::buffered)), "without a gap");
}

}  // namespace
}  // namespace rounds::test
