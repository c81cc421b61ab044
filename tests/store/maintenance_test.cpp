#include "store/maintenance.hpp"

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include "eventlog/event_log.hpp"
#include "eventlog/log_verifier.hpp"
#include "eventlog/schema_version.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"
#include "store/rocks_store.hpp"
#include "tests/store/data_directory.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class MaintenanceTest : public testing::Test {
 protected:
  MaintenanceTest() {
    const auto store = RocksStore::open(directory_.path());
    EXPECT_TRUE(store);
    for (int i = 0; i < 50; ++i) {
      const auto identity = make_identity("n" + std::to_string(i % 10));
      EXPECT_TRUE((*store)->record({make_occurrence(identity, at_second(i))}));
    }
    stats_ = *(*store)->get_stats();
    EXPECT_TRUE((*store)->close());
  }

  // Changes the projections behind the back of the store.
  void tamper(const std::function<void(ProjectionDatabase&)>& change) {
    const auto log = EventLog::open(log_directory(directory_.path()));
    ASSERT_TRUE(log);
    const auto database =
        ProjectionDatabase::open(projections_directory(directory_.path()), (*log)->id());
    ASSERT_TRUE(database);
    change(**database);
  }

  ProjectionVerification verify() {
    auto verification = verify_projections(directory_.path(), {}, nullptr);
    EXPECT_TRUE(verification) << verification.error().message;
    return *std::move(verification);
  }

  TemporaryDirectory directory_;
  StoreStats stats_;
};

const ProjectionComparison& comparison_of(const ProjectionVerification& verification,
                                          Projection projection) {
  return verification.projections.at(static_cast<std::size_t>(projection));
}

TEST_F(MaintenanceTest, AnEventOfANewerReleaseIsNoDamageOfTheLog) {
  append_event(directory_.path(), event_schema_version + 1, 1);
  const auto verified = verify_log_in(log_directory(directory_.path()), nullptr);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::unsupported);
  EXPECT_NE(verified.error().message.find("with the release that wrote it, or a newer one"),
            std::string::npos)
      << verified.error().message;
}

TEST_F(MaintenanceTest, UntouchedProjectionsEqualAFreshReplay) {
  {
    const auto store = RocksStore::open(directory_.path());
    const auto tagged = (*store)->get_by_fingerprint("fingerprint-n3");
    ASSERT_TRUE((*store)->execute((**tagged).id, ChangeTags{{"urgent"}, {}}));
  }
  const auto verification = verify();
  EXPECT_TRUE(verification.is_equal());
  EXPECT_EQ(verification.sequence, 51U);
  for (const ProjectionComparison& comparison : verification.projections) {
    EXPECT_EQ(comparison.live_digest, comparison.fresh_digest);
    EXPECT_GT(comparison.entry_count, 0U) << to_string(comparison.projection);
  }
  EXPECT_EQ(comparison_of(verification, Projection::history).entry_count, 51U);
}

TEST_F(MaintenanceTest, EachKindOfDifferenceIsFoundAndNamed) {
  Signature changed;
  tamper([&](ProjectionDatabase& database) {
    const ProjectionSnapshot disk(database, database.active());
    const auto id = disk.get_id("fingerprint-n3");
    ASSERT_TRUE(id && *id);
    changed = **disk.get_signature(**id);
    Signature other = changed;
    other.occurrence_count = 77;
    const auto family = [&](Projection projection) {
      return family_of(database.active(), projection);
    };
    rocksdb::WriteBatch batch;
    batch.Put(family(Projection::signatures), rocksdb::Slice(id_key(changed.id)),
              rocksdb::Slice(RowEncoder{}.encode(other)));
    batch.Delete(family(Projection::fingerprints), "fingerprint-n4");
    batch.Put(family(Projection::by_status), encode_by_status_key(IndexPosition::of(other)), "");
    batch.Put(family(Projection::by_tag),
              encode_by_facet_key({facet_of_tag("urgent"), IndexPosition::of(changed)}), "");
    ASSERT_TRUE(database.database().Write({}, &batch).ok());
  });
  const auto verification = verify();
  EXPECT_FALSE(verification.is_equal());
  const auto& rows = comparison_of(verification, Projection::signatures);
  ASSERT_EQ(rows.differing_keys.size(), 1U);
  EXPECT_EQ(rows.differing_keys[0], "signatures " + changed.id.to_string() + " (differs)");
  EXPECT_NE(rows.live_digest, rows.fresh_digest);
  EXPECT_EQ(comparison_of(verification, Projection::fingerprints).differing_keys.at(0),
            "fingerprints fingerprint-n4 (missing)");
  EXPECT_EQ(comparison_of(verification, Projection::by_status).difference_count, 1U);
  const auto& tagged = comparison_of(verification, Projection::by_tag);
  ASSERT_EQ(tagged.differing_keys.size(), 1U);
  EXPECT_TRUE(tagged.differing_keys[0].starts_with("by_tag facet ")) << tagged.differing_keys[0];
  EXPECT_EQ(comparison_of(verification, Projection::history).difference_count, 0U);
}

TEST_F(MaintenanceTest, DifferencesAreFoundBesideAnOpenStore) {
  tamper([](ProjectionDatabase& database) {
    rocksdb::WriteBatch batch;
    batch.Delete(family_of(database.active(), Projection::fingerprints), "fingerprint-n4");
    ASSERT_TRUE(database.database().Write({}, &batch).ok());
  });
  const auto store = RocksStore::open(directory_.path());
  ASSERT_TRUE(store);
  EXPECT_EQ(comparison_of(verify(), Projection::fingerprints).differing_keys.at(0),
            "fingerprints fingerprint-n4 (missing)");
}

TEST_F(MaintenanceTest, WhatAWriterDoesMeanwhileIsNoDifference) {
  RocksStoreOptions options;
  options.layer_events = 10;  // the projections move all the time
  const auto store = RocksStore::open(directory_.path(), std::move(options));
  ASSERT_TRUE(store);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const auto identity = make_identity("m" + std::to_string(i % 100));
      EXPECT_TRUE((*store)->record({make_occurrence(identity, at_second(i))}));
    }
  });
  Sequence last = 0;
  std::set<Sequence> sequences;
  // On a busy machine ten may be over before the writer has come far.
  constexpr int most_verifications = 10'000;
  for (int i = 0; i < 10 || (sequences.size() < 2 && i < most_verifications); ++i) {
    const auto verification = verify();
    EXPECT_TRUE(verification.is_equal());
    EXPECT_GE(verification.sequence, last);
    EXPECT_GE(verification.last_sequence, verification.sequence);
    last = verification.sequence;
    sequences.insert(last);
  }
  stop = true;
  writer.join();
  EXPECT_GT(sequences.size(), 1U) << "nothing moved meanwhile";
}

TEST_F(MaintenanceTest, VerifyingChangesNoFile) {
  const auto files = [this] {
    std::map<std::string, std::pair<std::uintmax_t, std::filesystem::file_time_type>> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (!entry.is_regular_file()) continue;
      found[entry.path().string()] = {entry.file_size(), entry.last_write_time()};
    }
    return found;
  };
  const auto before = files();
  EXPECT_TRUE(verify().is_equal());
  EXPECT_EQ(files(), before);
}

TEST_F(MaintenanceTest, RebuildingOneProjectionMendsItAlone) {
  tamper([](ProjectionDatabase& database) {
    rocksdb::WriteBatch batch;
    batch.Delete(family_of(database.active(), Projection::fingerprints), "fingerprint-n4");
    ASSERT_TRUE(database.database().Write({}, &batch).ok());
  });
  const auto by_status_before = comparison_of(verify(), Projection::by_status).live_digest;
  const auto report = rebuild_projections(directory_.path(), {Projection::fingerprints});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->sequence, 50U);
  const auto verification = verify();
  EXPECT_TRUE(verification.is_equal());
  EXPECT_EQ(comparison_of(verification, Projection::by_status).live_digest, by_status_before);
}

TEST_F(MaintenanceTest, ARebuildLeavesNoOldGenerationBehind) {
  ASSERT_TRUE(rebuild_projections(directory_.path(), {}));
  ASSERT_TRUE(rebuild_projections(directory_.path(), {}));
  tamper([](ProjectionDatabase& database) {
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, database.database().GetName(), &names).ok());
    EXPECT_EQ(names.size(), all_projections.size() + 1);
  });
}

TEST_F(MaintenanceTest, AnAbandonedGenerationIsDroppedAtTheNextOpen) {
  tamper([](ProjectionDatabase& database) { ASSERT_TRUE(database.create_generation()); });
  tamper([](ProjectionDatabase& database) {
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, database.database().GetName(), &names).ok());
    EXPECT_EQ(names.size(), all_projections.size() + 1);
  });
  EXPECT_TRUE(verify().is_equal());
}

TEST_F(MaintenanceTest, ReplacesProjectionsThatCannotBeOpened) {
  for (const auto& file :
       std::filesystem::directory_iterator(projections_directory(directory_.path()))) {
    if (file.path().filename().string().starts_with("MANIFEST")) {
      std::filesystem::resize_file(file.path(), 10);
    }
  }
  const auto rebuilt = rebuild_projections(directory_.path(), {});
  ASSERT_TRUE(rebuilt) << rebuilt.error().message;
  EXPECT_TRUE(verify().is_equal());
  const auto store = RocksStore::open(directory_.path());
  ASSERT_TRUE(store);
  EXPECT_EQ(*(*store)->get_stats(), stats_);
}

TEST_F(MaintenanceTest, RefusesADirectoryThatIsInUseOrMissing) {
  {
    const auto store = RocksStore::open(directory_.path());
    EXPECT_EQ(rebuild_projections(directory_.path(), {}).error().code, ErrorCode::in_use);
  }
  EXPECT_EQ(verify_projections(directory_.path() / "absent", {}, nullptr).error().code,
            ErrorCode::data_missing);
}

}  // namespace
}  // namespace rounds::test
