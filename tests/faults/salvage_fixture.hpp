// A store to be damaged and salvaged, and what must hold whatever the damage was.
//
// One test at a time uses it.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "eventlog/event_log.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "store/salvage.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/directory_content.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {

namespace fs = std::filesystem;
using testing::HasSubstr;

inline constexpr int fingerprints = 8;
inline constexpr int sessions = 3;
inline constexpr int steps = 40;

// RocksDB gives up the rest of such a block of a write-ahead log behind a damaged record.
inline constexpr std::uintmax_t wal_block_bytes = 32U * 1024;

// The events of a sound log.
inline std::vector<Event> events_in(const fs::path& data) {
  const auto log = EventLog::open_read_only(log_directory(data));
  EXPECT_TRUE(log) << log.error().message;
  std::vector<Event> events;
  LogReader reader = (*log)->read(1);
  while (true) {
    auto event = reader.next();
    EXPECT_TRUE(event) << event.error().message;
    if (!event || !*event) return events;
    events.push_back(**std::move(event));
  }
}

// The files in `directory` whose names contain this, in order.
inline std::vector<fs::path> files_in(const fs::path& directory, const std::string& part) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("LOG") || name.find(part) == std::string::npos) continue;
    if (entry.file_size() > 0) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

inline void flip(const fs::path& file, std::uintmax_t place) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(place));
  const int byte = stream.get() ^ 4;
  stream.seekp(static_cast<std::streamoff>(place));
  stream.put(static_cast<char>(byte));
}

inline fs::path largest(const std::vector<fs::path>& files) {
  return *std::ranges::max_element(files, {},
                                   [](const fs::path& file) { return fs::file_size(file); });
}

// A store of a few hundred events in table files and write-ahead logs, as it is after a kill: each
// test damages it and salvages it.
class SalvageTest : public testing::Test {
 protected:
  SalvageTest() : random_(20'000) { make(data(), sessions); }

  // Of the sessions the last one is killed.
  void make(const fs::path& data, int session_count, int last_steps = steps) {
    fs::remove_all(data);
    FaultFileSystem& files = *environment_.files;
    for (int session = 1; session <= session_count; ++session) {
      RocksStoreOptions options;
      options.layer_events = 25;
      options.env = environment_.env.get();
      auto store = RocksStore::open(data, std::move(options));
      ASSERT_TRUE(store) << store.error().message;
      const bool is_last = session == session_count;
      for (int i = is_last ? last_steps : steps; i > 0; --i) step(**store);
      if (is_last) files.cut_power_after(0);
      store->reset();
      files.forgive();
    }
    original_ = events_in(data);
    ASSERT_GT(original_.size(), 50U);
  }

  void step(SignatureStore& store) {
    std::vector<IdentifiedOccurrence> occurrences;
    for (std::uint64_t i = 1 + below(4); i > 0; --i) {
      const auto identity = make_identity(std::to_string(below(fingerprints)));
      occurrences.push_back(make_occurrence(identity, at_second(static_cast<int>(below(1000)))));
    }
    ASSERT_TRUE(store.record(occurrences));
    const auto found = store.get_by_fingerprint(occurrences[0].identity->fingerprint);
    ASSERT_TRUE(found && *found);
    if (below(4) == 0) static_cast<void>(store.execute((*found)->id, Mute{}));
    if (below(4) == 0) static_cast<void>(store.execute((*found)->id, Retriage{}));
  }

  std::uint64_t below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
  }

  [[nodiscard]] fs::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] fs::path log() const { return log_directory(data()); }
  [[nodiscard]] fs::path target() const { return directory_.path() / "salvaged"; }

  // Changes the records of the log behind its back, which also moves them into table files.
  void change(const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& change) {
    const std::vector<rocksdb::ColumnFamilyDescriptor> families{
        {rocksdb::kDefaultColumnFamilyName, {}}, {"log", {}}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, log().string(), families, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    change(*database, handles[1]);
    for (auto* handle : handles) ASSERT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
  }

  // The frame that holds this event: the sequence it begins with, and its bytes.
  static std::pair<Sequence, std::string> frame_of(rocksdb::DB& database,
                                                   rocksdb::ColumnFamilyHandle* frames,
                                                   Sequence sequence) {
    const std::unique_ptr<rocksdb::Iterator> iterator(database.NewIterator({}, frames));
    iterator->SeekForPrev(frame_key(sequence));
    EXPECT_TRUE(iterator->Valid());
    return {*parse_frame_key(iterator->key().ToStringView()), iterator->value().ToString()};
  }

  // What must be kept if these events cannot be read: of each signature the versions in front of
  // the first one that is lost.
  [[nodiscard]] std::vector<Event> without(const std::set<Sequence>& lost) const {
    std::set<SignatureId> ended;
    std::vector<Event> kept;
    for (const Event& event : original_) {
      if (lost.contains(event.sequence)) ended.insert(event.signature_id);
      if (ended.contains(event.signature_id)) continue;
      kept.push_back(event);
      kept.back().sequence = kept.size();
    }
    return kept;
  }

  // Salvages, and checks all that holds for whatever damage.
  SalvageReport salvage() {
    const auto before = content_of(data());
    auto report = salvage_store(data(), target(), nullptr);
    EXPECT_EQ(content_of(data()), before) << "the damaged store was written to";
    EXPECT_FALSE(fs::exists(directory_.path() / "salvaged.incomplete"));
    EXPECT_TRUE(report) << report.error().message;
    if (!report) return {};
    check_new_store(*report);
    return *std::move(report);
  }

  void check_new_store(const SalvageReport& report) {
    const auto log = verify_log_in(log_directory(target()), nullptr);
    ASSERT_TRUE(log) << log.error().message;
    ASSERT_TRUE(log->is_sound()) << log->damages.at(0).error.message;
    const auto projections = verify_projections(target(), {}, nullptr);
    ASSERT_TRUE(projections) << projections.error().message;
    EXPECT_TRUE(projections->is_equal());
    EXPECT_EQ(projections->sequence, report.kept_event_count);
    const auto kept = events_in(target());
    ASSERT_EQ(kept.size(), report.kept_event_count);
    check_sequences(report, kept);
    check_signatures(report, kept);
    const auto store = RocksStore::open(target());
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE((*store)->record({make_occurrence(make_identity("after"), at_second(1))}));
  }

  // Exactly the events that are not named as left out are there, under their new sequences.
  void check_sequences(const SalvageReport& report, const std::vector<Event>& kept) {
    std::size_t next = 0;
    for (const Event& event : original_) {
      const bool left_out = std::ranges::any_of(report.left_out, [&](const SequenceRange& range) {
        return range.first <= event.sequence && event.sequence <= range.last;
      });
      if (left_out) continue;
      ASSERT_LT(next, kept.size()) << "event " << event.sequence << " is neither kept nor named";
      Event expected = event;
      expected.sequence = next + 1;
      ASSERT_EQ(kept[next], expected);
      ++next;
    }
    ASSERT_EQ(next, kept.size());
  }

  // Each signature that lost something is named, or its events are counted as those of nobody.
  void check_signatures(const SalvageReport& report, const std::vector<Event>& kept) {
    std::map<SignatureId, Version> before;
    std::map<SignatureId, Version> after;
    for (const Event& event : original_) before[event.signature_id] = event.version;
    for (const Event& event : kept) after[event.signature_id] = event.version;
    std::uint64_t untold = 0;
    for (const auto& [id, version] : before) {
      const auto named =
          std::ranges::find(report.incomplete_signatures, id, &IncompleteSignature::id);
      Version known = after[id];
      if (named != report.incomplete_signatures.end()) {
        EXPECT_EQ(named->kept, after[id]);
        EXPECT_GT(named->known, named->kept);
        EXPECT_LE(named->known, version);
        known = named->known;
      }
      untold += version - known;
    }
    EXPECT_EQ(report.known_event_count, original_.size());
    EXPECT_EQ(report.unattributed_event_count, untold);
  }

  void expect_one_block_lost(const SalvageReport& report) const {
    EXPECT_FALSE(report.is_complete());
    EXPECT_FALSE(report.copied_because);
    ASSERT_EQ(report.log.damage_count, 1U);
    const LogDamage& damage = report.log.damages[0];
    EXPECT_LT(damage.last - damage.first, 50U);
    EXPECT_EQ(report.log.event_count, original_.size() - (damage.last - damage.first + 1));
  }

  void expect_one_wal_block_lost() {
    const SalvageReport report = salvage();
    ASSERT_FALSE(report.is_complete());
    EXPECT_GT(report.log.event_count, original_.size() / 2);
    ASSERT_EQ(report.log.damage_count, 1U);
    EXPECT_LT(report.log.damages[0].last, original_.size());
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::mt19937_64 random_;
  std::vector<Event> original_;
};

}  // namespace rounds::test
