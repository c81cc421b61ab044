// What a store makes of projections that are damaged, missing or not those of its log: it builds
// them anew and says so, unless it is the log that is at fault.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include "eventlog/event_log.hpp"
#include "projections/projection_database.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A store of 50 events of ten signatures, closed; its projections are in table files.
class DamagedProjectionsTest : public testing::Test {
 protected:
  DamagedProjectionsTest() {
    fill(data(), "n", 50);
    const auto store = RocksStore::open(data());
    stats_ = *(*store)->get_stats();
    EXPECT_TRUE((*store)->close());
    // Rows in table files, so that these can be damaged.
    change([](ProjectionDatabase& database) {
      for (rocksdb::ColumnFamilyHandle* family : database.active()) {
        ASSERT_TRUE(database.database().Flush({}, family).ok());
      }
    });
  }

  [[nodiscard]] fs::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] fs::path projections() const { return projections_directory(data()); }

  static void fill(const fs::path& data, const std::string& name, int count) {
    const auto store = RocksStore::open(data);
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < count; ++i) {
      const auto identity = make_identity(name + std::to_string(i % 10));
      ASSERT_TRUE((*store)->record({make_occurrence(identity, at_second(i))}));
    }
    ASSERT_TRUE((*store)->close());
  }

  // Changes the projections behind the back of the store.
  void change(const std::function<void(ProjectionDatabase&)>& change) {
    const auto log = EventLog::open(log_directory(data()));
    ASSERT_TRUE(log) << log.error().message;
    const auto database = ProjectionDatabase::open(projections(), (*log)->id());
    ASSERT_TRUE(database) << database.error().message;
    change(**database);
  }

  void put_meta(const std::string& key, const std::string& value) {
    change([&](ProjectionDatabase& database) {
      rocksdb::WriteBatch batch;
      ASSERT_TRUE(batch.Put(database.meta_family(), key, value).ok());
      ASSERT_TRUE(database.write(batch));
    });
  }

  // Takes the frame that begins with this event out of the log.
  void delete_frame(Sequence first) {
    const std::vector<rocksdb::ColumnFamilyDescriptor> families{
        {rocksdb::kDefaultColumnFamilyName, {}}, {"log", {}}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    const std::string path = log_directory(data()).string();
    ASSERT_TRUE(rocksdb::DB::Open({}, path, families, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    ASSERT_TRUE(database->Delete({}, handles[1], frame_key(first)).ok());
    for (auto* handle : handles) ASSERT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
  }

  // The files of `directory` whose names contain `part`.
  static std::vector<fs::path> files(const fs::path& directory, const std::string& part) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().filename().string().find(part) != std::string::npos)
        found.push_back(entry.path());
    }
    EXPECT_FALSE(found.empty()) << part;
    return found;
  }

  // Flips a bit in the middle of a file.
  static void damage(const fs::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(fs::file_size(file) / 2);
    stream.seekg(middle);
    const int byte = stream.get() ^ 1;
    stream.seekp(middle);
    stream.put(static_cast<char>(byte));
  }

  // Name and content of each file that a store reads.
  static std::map<std::string, std::string> content_of(const fs::path& directory) {
    std::map<std::string, std::string> content;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || name.starts_with("LOG") || name == "LOCK") continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      content[entry.path().string()] = {std::istreambuf_iterator<char>(stream), {}};
    }
    return content;
  }

  Result<std::unique_ptr<RocksStore>> try_open() {
    notices_.clear();
    events_read_ = 0;
    RocksStoreOptions options;
    options.projections_rebuilding = [this](const std::string& why) { notices_.push_back(why); };
    options.catch_up_progress = [this](std::uint64_t done, std::uint64_t) { events_read_ = done; };
    return RocksStore::open(data(), std::move(options));
  }

  // Opening says in one sentence that `what` is wrong, and everything is there; the next opening
  // has nothing to say.
  void expect_rebuilt(const std::string& what) {
    {
      const auto store = try_open();
      ASSERT_TRUE(store) << store.error().message;
      ASSERT_EQ(notices_.size(), 1U);
      EXPECT_THAT(notices_[0], HasSubstr("from 50 events"));
      EXPECT_THAT(notices_[0], HasSubstr(what));
      EXPECT_THAT((*store)->opening(), HasSubstr("were built anew"));
      EXPECT_THAT((*store)->opening(), HasSubstr(what));
      EXPECT_EQ(events_read_, 50U) << "the progress of the rebuild";
      EXPECT_EQ(*(*store)->get_stats(), stats_);
      ASSERT_TRUE((*store)->close());
    }
    EXPECT_TRUE(verify_projections(data(), {}, nullptr)->is_equal());
    EXPECT_FALSE(fs::exists(data() / "projections.new"));
    const auto store = try_open();
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE(notices_.empty()) << notices_[0];
    EXPECT_THAT((*store)->opening(), Not(HasSubstr("built anew")));
  }

  TemporaryDirectory directory_;
  StoreStats stats_;
  std::vector<std::string> notices_;
  std::uint64_t events_read_ = 0;
};

TEST_F(DamagedProjectionsTest, UndamagedOnesAreUsedAsTheyAre) {
  const auto store = try_open();
  ASSERT_TRUE(store);
  EXPECT_TRUE(notices_.empty());
  EXPECT_EQ(events_read_, 0U);
}

TEST_F(DamagedProjectionsTest, MissingOnesAreBuiltAnew) {
  fs::remove_all(projections());
  expect_rebuilt("there are no projections");
}

TEST_F(DamagedProjectionsTest, AManifestThatLostItsEndIsBuiltAnew) {
  for (const fs::path& file : files(projections(), "MANIFEST-")) fs::resize_file(file, 10);
  expect_rebuilt("MANIFEST");
}

TEST_F(DamagedProjectionsTest, AFlippedBitInTheManifestIsBuiltAnew) {
  for (const fs::path& file : files(projections(), "MANIFEST-")) damage(file);
  expect_rebuilt("orruption");
}

TEST_F(DamagedProjectionsTest, MissingFilesAreBuiltAnew) {
  for (const std::string part : {"MANIFEST-", "CURRENT", ".sst"}) {
    SCOPED_TRACE(part);
    for (const fs::path& file : files(projections(), part)) fs::remove(file);
    expect_rebuilt("projections");
    if (HasFatalFailure()) return;
    change([](ProjectionDatabase& database) {
      for (rocksdb::ColumnFamilyHandle* family : database.active()) {
        ASSERT_TRUE(database.database().Flush({}, family).ok());
      }
    });
  }
}

TEST_F(DamagedProjectionsTest, ACurrentThatLeadsNowhereIsBuiltAnew) {
  for (const char* content : {"nonsense", "MANIFEST-999999\n", ""}) {
    std::ofstream(projections() / "CURRENT", std::ios::trunc) << content;
    expect_rebuilt("opening the projections");
  }
}

TEST_F(DamagedProjectionsTest, ThoseOfAnotherLogAreBuiltAnew) {
  const fs::path other = directory_.path() / "other";
  fill(other, "elsewhere", 70);
  fs::remove_all(projections());
  fs::copy(projections_directory(other), projections(), fs::copy_options::recursive);
  expect_rebuilt("those of log");
}

TEST_F(DamagedProjectionsTest, ADamagedCheckpointIsBuiltAnew) {
  put_meta(std::string(ProjectionDatabase::checkpoint_key()), "seven77");
  expect_rebuilt("checkpoint");
}

TEST_F(DamagedProjectionsTest, ACheckpointThatIsNotThatOfTheRowsIsBuiltAnew) {
  // Rows and checkpoint are written as one, so no crash does this.
  for (const Sequence checkpoint : {Sequence{0}, Sequence{25}, Sequence{49}}) {
    put_meta(std::string(ProjectionDatabase::checkpoint_key()),
             ProjectionDatabase::checkpoint_row(checkpoint));
    expect_rebuilt("which the checkpoint of the projections has not");
  }
}

TEST_F(DamagedProjectionsTest, DamageThatOnlyAQueryMeetsNamesTheWayOut) {
  // The first block of rows; opening reads none of them.
  fs::path rows;
  change([&](ProjectionDatabase& database) {
    std::vector<rocksdb::LiveFileMetaData> tables;
    database.database().GetLiveFilesMetaData(&tables);
    for (const rocksdb::LiveFileMetaData& table : tables) {
      if (table.column_family_name.starts_with("signatures")) rows = table.db_path + table.name;
    }
  });
  {
    std::fstream stream(rows, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(8);
    stream.put('\xff');
  }
  {
    const auto store = try_open();
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE(notices_.empty()) << notices_[0];
    const auto found = (*store)->get_by_fingerprint("fingerprint-n3");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::corruption);
    EXPECT_THAT(found.error().message, HasSubstr("rounds-replay"));
  }
  ASSERT_TRUE(rebuild_projections(data(), {}));
  EXPECT_EQ(*(*try_open())->get_stats(), stats_);
}

TEST_F(DamagedProjectionsTest, WhoOnlyLooksBuildsNothing) {
  for (const fs::path& file : files(projections(), "MANIFEST-")) damage(file);
  const auto before = content_of(projections());
  const auto verified = verify_projections(data(), {}, nullptr);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::corruption);
  EXPECT_EQ(content_of(projections()), before);
}

TEST_F(DamagedProjectionsTest, ADamagedLogIsRefusedAndTheProjectionsStayAsTheyWere) {
  for (const fs::path& file : files(projections(), "MANIFEST-")) damage(file);
  delete_frame(21);
  const auto before = content_of(projections());
  for (int i = 0; i < 2; ++i) {
    const auto store = try_open();
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::corruption);
    EXPECT_THAT(store.error().message, HasSubstr("event 21 is missing"));
    EXPECT_EQ(content_of(projections()), before);
  }
}

TEST_F(DamagedProjectionsTest, ALogThatIsDamagedBehindTheCheckpointIsRefusedWithoutARebuild) {
  const fs::path kept = directory_.path() / "kept";
  fs::copy(projections(), kept, fs::copy_options::recursive);
  fill(data(), "later", 20);
  fs::remove_all(projections());
  fs::rename(kept, projections());
  delete_frame(60);
  const auto store = try_open();
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("event 60 is missing"));
  EXPECT_TRUE(notices_.empty()) << notices_[0];
}

TEST_F(DamagedProjectionsTest, ALogThatLostWhatTheyHaveSeenIsRefusedAndTheyStayAsTheyWere) {
  const fs::path kept = directory_.path() / "kept";
  fs::copy(log_directory(data()), kept, fs::copy_options::recursive);
  fill(data(), "later", 1);
  fs::remove_all(log_directory(data()));
  fs::rename(kept, log_directory(data()));
  // Without its watermark, which would tell before anything is looked at.
  fs::remove(watermark_path(log_directory(data())));
  {
    EventLogOptions options;
    options.renew_watermark = true;
    ASSERT_TRUE((*EventLog::open(log_directory(data()), options))->close());
  }
  for (int i = 0; i < 2; ++i) {
    const auto store = try_open();
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::corruption);
    EXPECT_THAT(store.error().message, HasSubstr("lost acknowledged events"));
    EXPECT_TRUE(notices_.empty());
  }
}

TEST_F(DamagedProjectionsTest, AnEmptyLogBesideProjectionsWithEventsIsRefused) {
  fs::remove_all(log_directory(data()));
  fs::remove(watermark_path(log_directory(data())));
  for (int i = 0; i < 2; ++i) {
    const auto store = try_open();
    ASSERT_FALSE(store) << "a new log took the place of 50 acknowledged events";
    EXPECT_EQ(store.error().code, ErrorCode::corruption);
    EXPECT_THAT(store.error().message, HasSubstr("50 acknowledged events are gone"));
  }
  // The way out that the message names.
  ASSERT_TRUE(rebuild_projections(data(), {}));
  EXPECT_EQ((*try_open())->get_stats()->signature_count, 0U);
}

TEST_F(DamagedProjectionsTest, WhatAnInterruptedRebuildLeftIsRemoved) {
  fs::copy(projections(), data() / "projections.new", fs::copy_options::recursive);
  ASSERT_TRUE(try_open());
  EXPECT_TRUE(notices_.empty());
  EXPECT_FALSE(fs::exists(data() / "projections.new"));
}

// The length in the header of the last record but one that fits into its block and not into the
// file: RocksDB takes it for the torn end of a crash.
void lengthen_a_record_of_the_manifest(const fs::path& directory) {
  std::string name;
  std::getline(std::ifstream(directory / "CURRENT"), name);
  const fs::path path = directory / name;
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  ASSERT_LT(bytes.size(), 32'000U) << "one block";
  std::size_t before = 0;
  std::size_t last = 0;
  for (std::size_t place = 0; place + 7 <= bytes.size();) {
    before = std::exchange(last, place);
    place += 7U + static_cast<std::uint8_t>(bytes[place + 4]) +
             256U * static_cast<std::uint8_t>(bytes[place + 5]);
  }
  const std::size_t length = bytes.size() - before;  // of the payload alone it is less
  bytes[before + 4] = static_cast<char>(length & 0xFFU);
  bytes[before + 5] = static_cast<char>(length >> 8U);
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST_F(DamagedProjectionsTest, ThatLackTheEndOfTheirManifestByADamagedLengthAreBuiltAnew) {
  lengthen_a_record_of_the_manifest(projections());
  std::string rebuilding;
  RocksStoreOptions options;
  options.projections_rebuilding = [&](const std::string& why) { rebuilding = why; };
  const auto store = RocksStore::open(data(), std::move(options));
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_THAT(rebuilding, HasSubstr("goes on behind its end"));
  EXPECT_EQ((*store)->get_stats()->occurrence_count, stats_.occurrence_count);
}

TEST_F(DamagedProjectionsTest, ALogThatLacksTheEndOfItsManifestByADamagedLengthIsRefused) {
  lengthen_a_record_of_the_manifest(log_directory(data()));
  const auto store = RocksStore::open(data());
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("goes on behind its end"));
}

TEST_F(DamagedProjectionsTest, ALogWhoseCurrentLeadsToAnOlderManifestIsRefused) {
  const fs::path log = log_directory(data());
  const TemporaryDirectory older;
  fs::copy(log / "CURRENT", older.path());
  for (const fs::path& file : files(log, "MANIFEST-")) fs::copy(file, older.path());
  fill(data(), "n", 10);
  fs::copy(older.path(), log, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  const auto store = RocksStore::open(data());
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("lost its end"));
}

}  // namespace
}  // namespace rounds::test
