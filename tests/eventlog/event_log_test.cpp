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

TEST_F(EventLogTest, ReadsBatchesUpToAnEventOrASize) {
  write(100, 30);
  const auto log = open();
  const auto events = occurrence_events(1, 100);
  const auto read = log->read_batch(20, 70, 1U << 20U).value();
  EXPECT_EQ(read, std::vector<Event>(events.begin() + 19, events.begin() + 70));
  EXPECT_EQ(log->read_batch(20, 70, 1).value().size(), 1U) << "one is always there";
  EXPECT_EQ(log->read_batch(100, 100, 1).value().front(), events.back());
  // The same bytes again and again: all batches but the last one are full, and each goes on.
  constexpr std::size_t max_bytes = 2000;
  std::vector<Event> all;
  std::size_t batches = 0;
  for (; all.size() < 100; ++batches) {
    const auto batch = log->read_batch(all.size() + 1, 100, max_bytes).value();
    all.insert(all.end(), batch.begin(), batch.end());
  }
  EXPECT_EQ(all, events);
  EXPECT_GT(batches, 2U);
  EXPECT_LT(batches, 50U);
}

TEST_F(EventLogTest, ABatchEndsBeforeADamagedEventThatTheNextOneNames) {
  write(30, 10);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    ASSERT_TRUE(database.Delete({}, frames, frame_key(11)).ok());
  });
  const auto log = open();
  EXPECT_EQ(log->read_batch(5, 30, 1U << 20U).value().back().sequence, 10U);
  const auto damaged = log->read_batch(11, 30, 1U << 20U);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, ErrorCode::corruption);
  EXPECT_NE(damaged.error().message.find("event 11"), std::string::npos) << damaged.error().message;
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
    ASSERT_TRUE(database.Put({}, "format_version", "4").ok());
  });
  for (const auto& log : {EventLog::open(path()), EventLog::open_read_only(path())}) {
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, ErrorCode::unsupported);
    EXPECT_NE(log.error().message.find("has format 4; this release reads up to 3: open the data "
                                       "directory with the release that wrote it"),
              std::string::npos)
        << log.error().message;
  }
}

// Whatever else a newer format changed: its frames may be none of ours.
TEST_F(EventLogTest, LooksAtTheFormatBeforeAnythingElse) {
  write(1, 1);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    ASSERT_TRUE(database.Put({}, "format_version", "4").ok());
    ASSERT_TRUE(database.Put({}, frames, frame_key(2), "a frame of the future").ok());
  });
  const auto log = EventLog::open(path());
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::unsupported) << log.error().message;
}

TEST_F(EventLogTest, TakesAFormatThatIsNoNumberForDamage) {
  write(1, 1);
  for (const char* format : {"", "two", "1x", "0"}) {
    tamper([&](rocksdb::DB& database, rocksdb::ColumnFamilyHandle*) {
      ASSERT_TRUE(database.Put({}, "format_version", format).ok());
    });
    const auto log = EventLog::open(path());
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, ErrorCode::corruption) << log.error().message;
  }
}

TEST_F(EventLogTest, GivesALogOfFormat1ItsOwnWhenItIsOpenedForWriting) {
  write(3, 1);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle*) {
    ASSERT_TRUE(database.Put({}, "format_version", "1").ok());
  });
  const auto expect_format = [this](const std::string& expected) {
    tamper([&](rocksdb::DB& database, rocksdb::ColumnFamilyHandle*) {
      std::string format;
      ASSERT_TRUE(database.Get({}, "format_version", &format).ok());
      EXPECT_EQ(format, expected);
    });
  };
  EXPECT_EQ((*EventLog::open_read_only(path()))->last_sequence(), 3U);
  expect_format("1");
  EXPECT_EQ((*EventLog::open(path()))->last_sequence(), 3U);
  expect_format("3");
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
  // Nor does whoever reads on get there.
  const auto log = open();
  LogReader reader = log->read(1);
  for (Sequence sequence = 1; sequence <= 10; ++sequence) ASSERT_TRUE(reader.next());
  const auto next = reader.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::corruption);
  EXPECT_NE(next.error().message.find("chain breaks at event 11"), std::string::npos);
}

TEST_F(EventLogTest, AnEventAtThePlaceOfAnotherIsFound) {
  write(30, 10);
  tamper([](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    std::string bytes;
    ASSERT_TRUE(database.Get({}, frames, frame_key(21), &bytes).ok());
    FrameWriter writer;
    writer.begin(21, FrameView::parse(bytes)->previous_chain());
    EventEncoder encoder;
    auto events = occurrence_events(1, 30);
    events[24].sequence = 7;
    for (std::size_t i = 20; i < 30; ++i) writer.add(encoder.encode(events[i]));
    ASSERT_TRUE(database.Put({}, frames, frame_key(21), std::string(writer.finish().bytes)).ok());
  });
  const LogVerification verification = verify();
  ASSERT_GE(verification.damage_count, 1U);
  EXPECT_EQ(verification.damages[0].first, 25U);
  EXPECT_NE(verification.damages[0].error.message.find("event 7 stands at the place of event 25"),
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

TEST_F(EventLogTest, AGroupThatIsDroppedLeavesNoTrace) {
  const auto events = occurrence_events(1, 2);
  const auto log = open();
  {
    EventGroup dropped = log->begin_group();
    dropped.add(events[0]);
    dropped.add(events[1]);
    EXPECT_EQ(dropped.last_sequence(), 2U);
  }
  EXPECT_EQ(log->last_sequence(), 0U);
  EventGroup group = log->begin_group();
  EXPECT_TRUE(group.is_empty());
  group.add(events[0]);
  ASSERT_TRUE(log->append(std::move(group), Durability::synced));
  ASSERT_TRUE(log->close());
  EXPECT_EQ(verify().event_count, 1U);
}

}  // namespace
}  // namespace rounds::test
