// Salvage keeps of a damaged store what is sound, names what it leaves out, and leaves the damaged
// store alone.
#include "tests/faults/salvage_fixture.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

TEST_F(SalvageTest, ASoundStoreIsCopiedWhole) {
  const SalvageReport report = salvage();
  EXPECT_TRUE(report.is_complete());
  EXPECT_FALSE(report.copied_because);
  EXPECT_FALSE(report.projections_unread);
  EXPECT_EQ(events_in(target()).size(), original_.size() + 1);  // and one that the check appended
}

TEST_F(SalvageTest, BehindAMissingFrameASignatureEndsAndOthersGoOn) {
  std::set<Sequence> lost;
  change([&](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    const auto [first, bytes] = frame_of(database, frames, original_.size() / 2);
    for (Sequence i = 0; i < FrameView::parse(bytes)->event_count(); ++i) lost.insert(first + i);
    ASSERT_TRUE(database.Delete({}, frames, frame_key(first)).ok());
  });
  const SalvageReport report = salvage();
  EXPECT_EQ(report.kept_event_count, without(lost).size());
  EXPECT_EQ(report.log.damage_count, 1U);
  EXPECT_EQ(report.unattributed_event_count, 0U) << "the rows of the projections tell whose";
  std::set<SignatureId> owners;
  for (const Sequence each : lost) owners.insert(original_[each - 1].signature_id);
  ASSERT_EQ(report.incomplete_signatures.size(), owners.size());
  EXPECT_LT(report.incomplete_signatures.size(), static_cast<std::size_t>(fingerprints));
}

TEST_F(SalvageTest, ADamagedEventCostsOnlyItsSignatureWhatIsBehindIt) {
  const Sequence sequence = original_.size() / 3;
  change([&](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    auto [first, bytes] = frame_of(database, frames, sequence);
    const auto frame = FrameView::parse(bytes);
    const auto event = *frame->event_bytes(static_cast<std::uint32_t>(sequence - first));
    bytes[static_cast<std::size_t>(event.data() - bytes.data()) + event.size() / 2] ^= 1;
    ASSERT_TRUE(database.Put({}, frames, frame_key(first), bytes).ok());
  });
  const SalvageReport report = salvage();
  EXPECT_EQ(report.kept_event_count, without({sequence}).size());
  ASSERT_EQ(report.incomplete_signatures.size(), 1U);
  const IncompleteSignature& named = report.incomplete_signatures[0];
  EXPECT_EQ(named.id, original_[sequence - 1].signature_id);
  EXPECT_EQ(named.kept, original_[sequence - 1].version - 1);
  EXPECT_EQ(named.unreadable, 1U);
}

TEST_F(SalvageTest, NothingIsKeptBehindAPlaceWhereAnotherHistoryBegins) {
  Sequence first = 0;
  change([&](rocksdb::DB& database, rocksdb::ColumnFamilyHandle* frames) {
    std::string bytes;
    std::tie(first, bytes) = frame_of(database, frames, original_.size() / 2);
    const auto frame = FrameView::parse(bytes);
    FrameWriter writer;
    writer.begin(first, frame->previous_chain() ^ 1);
    for (std::uint32_t i = 0; i < frame->event_count(); ++i) writer.add(*frame->event_bytes(i));
    ASSERT_TRUE(
        database.Put({}, frames, frame_key(first), std::string(writer.finish().bytes)).ok());
  });
  const SalvageReport report = salvage();
  EXPECT_EQ(report.kept_event_count, first - 1);
  EXPECT_EQ(report.left_out, (std::vector<SequenceRange>{{first, original_.size()}}));
  EXPECT_GT(report.log.event_count, report.kept_event_count);
}

TEST_F(SalvageTest, AWriteAheadLogThatLostItsEndIsKeptUpToThere) {
  const fs::path wal = files_in(log(), ".log").back();
  fs::resize_file(wal, fs::file_size(wal) / 2);
  ASSERT_FALSE(RocksStore::open(data())) << "there is nothing to salvage";
  const SalvageReport report = salvage();
  ASSERT_EQ(report.left_out.size(), 1U);
  EXPECT_EQ(report.left_out[0].last, original_.size());
  EXPECT_GT(report.kept_event_count, original_.size() / 3);
}

TEST_F(SalvageTest, WhatIsBehindADamagedBlockOfTheWriteAheadLogIsRead) {
  make(data(), sessions, 500);
  const fs::path wal = files_in(log(), ".log").back();
  ASSERT_GT(fs::file_size(wal), 3U * wal_block_bytes);
  flip(wal, wal_block_bytes / 2);
  expect_one_wal_block_lost();
}

// RocksDB by itself would read such a record for ever.
TEST_F(SalvageTest, ARecordOfTheWriteAheadLogThatLooksRecycledCostsItsBlock) {
  make(data(), sessions, 500);
  const fs::path wal = files_in(log(), ".log").back();
  flip(wal, 6);  // the type of its first record, which becomes that of one in a recycled file
  expect_one_wal_block_lost();
}

// An iterator of RocksDB gives nothing at all of such a log: the files are not sorted into levels
// yet.
TEST_F(SalvageTest, ADamagedBlockOfATableFileCostsNoEventOfOtherBlocks) {
  // RocksDB looks into all files for each key while there are no more than three of them.
  for (const int session_count : {sessions, sessions + 2}) {
    make(data(), session_count);
    fs::remove_all(target());
    flip(largest(files_in(log(), ".sst")), 100);
    const SalvageReport report = salvage();
    expect_one_block_lost(report);
  }
}

TEST_F(SalvageTest, ADamagedBlockAndALostWatermarkDoNotHideWhereTheLogEnds) {
  make(data(), sessions);
  // Everything into table files, so that no end is found in the write-ahead log.
  change([](rocksdb::DB&, rocksdb::ColumnFamilyHandle*) {});
  fs::remove(watermark_path(log()));
  fs::remove_all(projections_directory(data()));
  // The last block of a file, which is read to find the end.
  const fs::path table = largest(files_in(log(), ".sst"));
  const auto finds_end = [this] {
    const auto damaged = EventLog::open_read_only(log());
    return !damaged || (*damaged)->last_sequence() > 0;
  };
  for (std::uintmax_t place = fs::file_size(table) - 1; finds_end(); place -= 128) {
    ASSERT_GT(place, 128U) << "no damage hides the end";
    flip(table, place);
    if (finds_end()) flip(table, place);
  }
  const SalvageReport report = salvage();
  EXPECT_GT(report.log.event_count, original_.size() / 2);
  EXPECT_EQ(report.known_event_count, original_.size());
}

TEST_F(SalvageTest, AMissingTableFileAndOneThatLostItsEndCostTheirEventsOnly) {
  for (const bool cut : {false, true}) {
    make(data(), sessions);
    fs::remove_all(target());
    const fs::path table = largest(files_in(log(), ".sst"));
    if (cut)
      fs::resize_file(table, fs::file_size(table) / 2);
    else
      fs::remove(table);
    const SalvageReport report = salvage();
    EXPECT_TRUE(report.copied_because);
    EXPECT_FALSE(report.is_complete());
    EXPECT_EQ(report.log.damage_count, 1U);
    EXPECT_GT(report.log.event_count, original_.size() / 3);
  }
}

TEST_F(SalvageTest, WithoutTheManifestOrCurrentNothingIsLost) {
  for (const int session_count : {sessions, 1}) {  // one: all of it is in the write-ahead log
    for (const char* part : {"MANIFEST-", "CURRENT"}) {
      SCOPED_TRACE(part);
      make(data(), session_count);
      fs::remove_all(target());
      for (const fs::path& file : files_in(log(), part)) fs::remove(file);
      const SalvageReport report = salvage();
      ASSERT_TRUE(report.copied_because);
      EXPECT_TRUE(report.is_complete());
      EXPECT_EQ(report.kept_event_count, original_.size());
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(SalvageTest, AManifestThatLostItsEndHidesNothing) {
  for (const fs::path& file : files_in(log(), "MANIFEST-")) {
    if (file.extension() != ".mark") fs::resize_file(file, fs::file_size(file) / 2);
  }
  const SalvageReport report = salvage();
  EXPECT_TRUE(report.copied_because);
  EXPECT_TRUE(report.is_complete());
}

TEST_F(SalvageTest, WithoutItsWatermarkAllOfALogIsKeptAndItsLossIsNamed) {
  fs::remove(watermark_path(log()));
  const SalvageReport report = salvage();
  EXPECT_TRUE(report.is_complete());
  ASSERT_EQ(report.log.damage_count, 1U);
  EXPECT_THAT(report.log.damages[0].error.message, HasSubstr("watermark is gone"));
}

TEST_F(SalvageTest, WithoutProjectionsEventsOfNobodyAreCounted) {
  const fs::path wal = files_in(log(), ".log").back();
  fs::resize_file(wal, fs::file_size(wal) / 2);
  fs::remove_all(projections_directory(data()));
  const SalvageReport report = salvage();
  ASSERT_TRUE(report.projections_unread);
  EXPECT_THAT(report.projections_unread->message, HasSubstr("there are none"));
  EXPECT_GT(report.unattributed_event_count, 0U);
}

TEST_F(SalvageTest, RefusesATargetThatIsNotEmptyOrBelongsToTheDamagedStore) {
  fs::create_directories(target());
  std::ofstream(target() / "mine") << "kept";
  std::ofstream(directory_.path() / "file") << "kept";
  const auto before = content_of(directory_.path());
  for (const fs::path& wrong : {target(), directory_.path() / "file", data(), data() / "new",
                                data() / "../data/new", directory_.path()}) {
    const auto report = salvage_store(data(), wrong, nullptr);
    ASSERT_FALSE(report) << wrong;
    EXPECT_EQ(report.error().code, ErrorCode::invalid_argument) << report.error().message;
    EXPECT_THAT(report.error().message, HasSubstr("name"));
  }
  fs::rename(data(), directory_.path() / "x.incomplete");
  const auto report =
      salvage_store(directory_.path() / "x.incomplete", directory_.path() / "x", nullptr);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::invalid_argument);
  fs::rename(directory_.path() / "x.incomplete", data());
  EXPECT_EQ(content_of(directory_.path()), before);
}

TEST_F(SalvageTest, TakesAnEmptyTargetAndReplacesWhatAnInterruptedSalvageLeft) {
  fs::create_directories(target());
  fs::create_directories(directory_.path() / "salvaged.incomplete/store/log");
  std::ofstream(directory_.path() / "salvaged.incomplete/store/log/CURRENT") << "nonsense";
  EXPECT_TRUE(salvage().is_complete());
}

TEST_F(SalvageTest, AMissingStoreIsNamedAndNothingIsCreated) {
  const auto report = salvage_store(directory_.path() / "absent", target(), nullptr);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::data_missing);
  EXPECT_FALSE(fs::exists(target()));
  EXPECT_FALSE(fs::exists(directory_.path() / "absent"));
}

// Whatever file of the log is damaged, and however.
TEST_F(SalvageTest, WhateverIsDamagedNothingIsWrongAndEverythingIsNamed) {
  random_.seed(random_seed());
  const fs::path kept = directory_.path() / "kept";
  make(kept, sessions);
  std::vector<fs::path> files = files_in(log_directory(kept), "");
  files.push_back(watermark_path(log_directory(kept)));
  for (std::uint64_t i = random_rounds(40); i > 0; --i) {
    fs::remove_all(data());
    fs::remove_all(target());
    fs::copy(kept, data(), fs::copy_options::recursive);
    const fs::path file = data() / fs::relative(files[i % files.size()], kept);
    const std::uintmax_t place = below(fs::file_size(file));
    const std::uint64_t kind = below(4);
    SCOPED_TRACE(testing::Message() << file << " kind " << kind << " at byte " << place);
    if (kind == 0)
      fs::remove(file);
    else if (kind == 1)
      fs::resize_file(file, place);
    else
      flip(file, place);
    salvage();
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace rounds::test
