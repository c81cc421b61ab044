// Rebuilding projections from a log that does not fit into memory, interrupted and taken up again,
// and repairing one signature.
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <stop_token>

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include "eventlog/event_log.hpp"
#include "projections/compare.hpp"
#include "projections/projection_database.hpp"
#include "projections/projection_snapshot.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;

constexpr int signature_count = 40;
// One of them is hot: its history has many chunks, and the log more events than one batch.
constexpr int hot_occurrences = 40'000;
constexpr int hot_occurrences_per_group = 800;

class RebuildTest : public testing::Test {
 protected:
  RebuildTest() {
    RocksStoreOptions options;
    options.coalesce_occurrences = false;
    const auto store = RocksStore::open(directory_.path(), std::move(options));
    EXPECT_TRUE(store);
    for (int i = 0; i < hot_occurrences / hot_occurrences_per_group; ++i) {
      const auto hot = make_identity("hot");
      std::vector<IdentifiedOccurrence> occurrences(hot_occurrences_per_group,
                                                    make_occurrence(hot, at_second(i)));
      const auto cold = make_identity("cold" + std::to_string(i % signature_count));
      occurrences.push_back(make_occurrence(cold, at_second(i)));
      // It is known by another fingerprint as well, and learns a third one.
      occurrences.back().aliases =
          std::make_shared<const FingerprintAliases>(1, "along " + cold->fingerprint);
      occurrences.push_back(make_occurrence(make_identity(std::to_string(i)), at_second(i)));
      occurrences.back().aliases = std::make_shared<const FingerprintAliases>(1, cold->fingerprint);
      EXPECT_TRUE((*store)->record(std::move(occurrences)));
      const auto signature = *(*store)->get_by_fingerprint(cold->fingerprint);
      const Command command =
          i % 2 == 0 ? Command{ChangeTags{{"tag" + std::to_string(i)}, {}}} : Command{Retriage{}};
      EXPECT_TRUE((*store)->execute(signature->id, command));
    }
    last_sequence_ = (*store)->log()->last_sequence();
    hot_ = (*(*store)->get_by_fingerprint(make_identity("hot")->fingerprint))->id;
    cold_ = (*(*store)->get_by_fingerprint(make_identity("cold2")->fingerprint))->id;
    EXPECT_TRUE((*store)->close());
  }

  // Changes the projections behind the back of the store.
  void tamper(const std::function<void(ProjectionDatabase&, rocksdb::WriteBatch&)>& change) {
    const auto log = EventLog::open(log_directory(directory_.path()));
    ASSERT_TRUE(log);
    const auto database =
        ProjectionDatabase::open(projections_directory(directory_.path()), (*log)->id());
    ASSERT_TRUE(database);
    rocksdb::WriteBatch batch;
    change(**database, batch);
    ASSERT_TRUE((*database)->database().Write({}, &batch).ok());
  }

  void break_row(const SignatureId& id) {
    tamper([&](ProjectionDatabase& database, rocksdb::WriteBatch& batch) {
      const auto family = family_of(database.active(), Projection::signatures);
      ASSERT_TRUE(batch.Put(family, rocksdb::Slice(id_key(id)), "nonsense").ok());
    });
  }

  void expect_equal() {
    const auto verified = verify_projections(directory_.path(), {}, nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(verified->sequence, last_sequence_);
    for (const auto& comparison : verified->projections) {
      EXPECT_EQ(comparison.difference_count, 0U)
          << to_string(comparison.projection) << ": " << comparison.differing_keys.front();
      EXPECT_EQ(comparison.live_digest, comparison.fresh_digest);
      EXPECT_GT(comparison.entry_count, 0U);
    }
  }

  [[nodiscard]] fs::path put_aside() const {
    return rebuild_directory(projections_directory(directory_.path()));
  }

  TemporaryDirectory directory_;
  Sequence last_sequence_ = 0;
  SignatureId hot_;
  SignatureId cold_;
};

TEST_F(RebuildTest, RunsOnTheDiskGiveTheSameRowsAsMemory) {
  const auto before = verify_projections(directory_.path(), {}, nullptr);
  ASSERT_TRUE(before) << before.error().message;
  for (const std::size_t max_events : {std::size_t{0}, std::size_t{4000}, std::size_t{20'011}}) {
    const auto report = rebuild_projections(directory_.path(), {}, {.max_events = max_events});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->sequence, last_sequence_);
    EXPECT_FALSE(fs::exists(put_aside()));
    expect_equal();
    const auto after = verify_projections(directory_.path(), {}, nullptr);
    ASSERT_TRUE(after);
    for (std::size_t i = 0; i < all_projections.size(); ++i) {
      EXPECT_EQ(after->projections[i].live_digest, before->projections[i].live_digest);
    }
  }
}

// The projections of a process that was killed lie many layers behind.
TEST_F(RebuildTest, OpeningFoldsManyLayersOfTheLog) {
  const TemporaryDirectory killed;
  {
    const auto store = RocksStore::open(directory_.path());
    ASSERT_TRUE(store);
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < signature_count; ++j) {
        const auto identity = make_identity("late" + std::to_string(j));
        ASSERT_TRUE((*store)->record({make_occurrence(identity, at_second(i))}));
      }
    }
    last_sequence_ = (*store)->log()->last_sequence();
    fs::copy(directory_.path(), killed.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  RocksStoreOptions options;
  options.layer_events = 37;
  const auto store = RocksStore::open(killed.path(), std::move(options));
  ASSERT_TRUE(store) << store.error().message;
  const auto stats = (*store)->get_stats();
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->sequence, last_sequence_);
  const auto late = (*store)->get_by_fingerprint(make_identity("late7")->fingerprint);
  ASSERT_TRUE(late && *late);
  EXPECT_EQ((*late)->occurrence_count, 3U);
  EXPECT_EQ((*store)->history((*late)->id, {})->events.size(), 3U);
  ASSERT_TRUE((*store)->close());
  const auto verified = verify_projections(killed.path(), {}, nullptr);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->sequence, last_sequence_);
  EXPECT_TRUE(verified->is_equal());
}

TEST_F(RebuildTest, StoppedAtAnyMomentItLeavesTheOldOnesAndGoesOnFromThere) {
  break_row(hot_);  // what serves is told from what replaces it
  std::mt19937_64 random(random_seed());
  for (std::uint64_t round = random_rounds(8); round > 0; --round) {
    std::stop_source stop;
    const auto stop_at = std::uniform_int_distribution<Sequence>(1, last_sequence_)(random);
    RebuildOptions options;
    options.max_events = 3000;
    options.stop = stop.get_token();
    options.progress = [&](std::uint64_t done, std::uint64_t) {
      if (done >= stop_at) stop.request_stop();
    };
    const auto stopped = rebuild_projections(directory_.path(), {}, options);
    if (stopped) {  // asked in the very last step
      break_row(hot_);
      continue;
    }
    ASSERT_EQ(stopped.error().code, ErrorCode::unavailable) << stopped.error().message;
    const auto serving = verify_projections(directory_.path(), {}, nullptr);
    ASSERT_TRUE(serving) << serving.error().message;
    EXPECT_EQ(serving->projections.front().difference_count, 1U) << "the old ones are gone";
    ASSERT_TRUE(fs::exists(put_aside() / "runs"));

    std::optional<std::uint64_t> first_done;
    options.stop = {};
    options.resume = true;
    options.progress = [&](std::uint64_t done, std::uint64_t) {
      if (!first_done) first_done = done;
    };
    const auto resumed = rebuild_projections(directory_.path(), {}, options);
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_GE(*first_done, std::min(stop_at, last_sequence_ / 2 - 1)) << "it began anew";
    expect_equal();
    break_row(hot_);
  }
}

TEST_F(RebuildTest, OpeningTheStoreRemovesWhatWasPutAside) {
  std::stop_source stop;
  stop.request_stop();
  ASSERT_FALSE(rebuild_projections(directory_.path(), {}, {.stop = stop.get_token()}));
  ASSERT_TRUE(fs::exists(put_aside()));
  ASSERT_TRUE(RocksStore::open(directory_.path()));
  EXPECT_FALSE(fs::exists(put_aside()));
  expect_equal();
}

TEST_F(RebuildTest, WhatAnotherLogPutAsideIsNotTakenUp) {
  std::stop_source stop;
  stop.request_stop();
  ASSERT_FALSE(rebuild_projections(directory_.path(), {}, {.stop = stop.get_token()}));
  const TemporaryDirectory other;
  {
    const auto store = RocksStore::open(other.path());
    ASSERT_TRUE(store);
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE((*store)->record({make_occurrence(make_identity("other"), at_second(i))}));
    }
  }
  fs::copy(put_aside(), rebuild_directory(projections_directory(other.path())),
           fs::copy_options::recursive);
  ASSERT_TRUE(rebuild_projections(other.path(), {}, {.resume = true}));
  const auto verified = verify_projections(other.path(), {}, nullptr);
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->is_equal());
  EXPECT_EQ(verified->sequence, 100U);
}

TEST_F(RebuildTest, VerifyingOneSignatureNamesWhatDiffersOfItAlone) {
  break_row(hot_);
  const auto hot = verify_projections(directory_.path(), {}, nullptr, hot_);
  ASSERT_TRUE(hot) << hot.error().message;
  EXPECT_FALSE(hot->is_equal());
  EXPECT_EQ(hot->projections.front().differing_keys,
            std::vector<std::string>{"signatures " + hot_.to_string() + " (differs)"});
  const auto cold = verify_projections(directory_.path(), {}, nullptr, cold_);
  ASSERT_TRUE(cold) << cold.error().message;
  EXPECT_TRUE(cold->is_equal());
  for (const auto& comparison : cold->projections) {
    const bool is_listed_twice = comparison.projection == Projection::by_service ||
                                 comparison.projection == Projection::by_tag;
    const bool is_by_fingerprint = comparison.projection == Projection::fingerprints;
    const std::uint64_t entries = is_by_fingerprint ? 4 : is_listed_twice ? 2 : 1;
    if (comparison.projection == Projection::history) {
      // Twice: detected or recorded, a fingerprint added, recorded, tagged.
      EXPECT_EQ(comparison.entry_count, 8U);
    } else {
      EXPECT_EQ(comparison.entry_count, entries) << to_string(comparison.projection);
    }
  }
  EXPECT_EQ(verify_projections(directory_.path(), {}, nullptr, SignatureId{}).error().code,
            ErrorCode::not_found);
}

TEST_F(RebuildTest, RepairingASignatureMendsAllThatIsAboutItAndTheTotals) {
  tamper([&](ProjectionDatabase& database, rocksdb::WriteBatch& batch) {
    const auto put = [&](Projection projection, std::string_view key, std::string_view value) {
      const auto family = family_of(database.active(), projection);
      ASSERT_TRUE(batch.Put(family, rocksdb::Slice(key), rocksdb::Slice(value)).ok());
    };
    put(Projection::signatures, id_key(hot_), "nonsense");
    IndexPosition nowhere;
    nowhere.id = hot_;
    put(Projection::by_status, encode_by_status_key(nowhere), "");
    put(Projection::by_service, encode_by_facet_key({7, nowhere}), "");
    put(Projection::by_tag, encode_by_facet_key({7, nowhere}), "");
    put(Projection::fingerprints, "nobody", id_key(hot_));
    put(Projection::stats, "service/nowhere", "nonsense");
    const auto history = family_of(database.active(), Projection::history);
    ASSERT_TRUE(batch.Delete(history, history_key(hot_, 1)).ok());
  });
  const auto before = repair_signature(directory_.path(), hot_, nullptr);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_FALSE(before->is_equal());
  for (const auto& comparison : before->projections) {
    EXPECT_GT(comparison.difference_count, 0U) << to_string(comparison.projection);
  }
  expect_equal();
  EXPECT_EQ(repair_signature(directory_.path(), SignatureId{}, nullptr).error().code,
            ErrorCode::not_found);
}

TEST_F(RebuildTest, RepairingASignatureLeavesTheDamageOfOthersAlone) {
  break_row(cold_);
  EXPECT_EQ(repair_signature(directory_.path(), hot_, nullptr).error().code, ErrorCode::corruption);
  ASSERT_TRUE(repair_signature(directory_.path(), cold_, nullptr));
  expect_equal();
}

}  // namespace
}  // namespace rounds::test
