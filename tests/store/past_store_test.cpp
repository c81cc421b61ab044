// A store as another one was: what it holds, and that the other one is left alone.
#include "store/past_store.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "eventlog/log_verifier.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/directory_content.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;

class PastStoreTest : public testing::Test {
 protected:
  static constexpr int signatures = 10;

  // 90 events: 50 occurrences, each followed by a command with few exceptions.
  PastStoreTest() {
    const auto store = open(data());
    for (int i = 0; i < 50; ++i) {
      clock_.set(at_second(1000 + 10 * i));
      const auto identity = make_identity("n" + std::to_string(i % signatures));
      EXPECT_TRUE(store->record({make_occurrence(identity, at_second(i))}));
      const Signature signature = **store->get_by_fingerprint(identity->fingerprint);
      if (i >= signatures) {
        EXPECT_TRUE(store->execute(signature.id, i % 20 < 10 ? Command(Mute{}) : Retriage{}));
      }
    }
    EXPECT_TRUE(store->close());
  }

  std::unique_ptr<RocksStore> open(const fs::path& directory) {
    RocksStoreOptions options;
    options.clock = &clock_;
    auto store = RocksStore::open(directory, std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

  Result<PastStore> build(const Moment& moment) {
    return build_past_store(data(), moment, target(), {});
  }

  // The new store is sound, says what the old one says of the moment, and takes writes.
  void expect_past(const Moment& moment) {
    const auto log = verify_log_in(log_directory(target()), nullptr);
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_TRUE(log->is_sound()) << log->damages.at(0).error.message;
    const auto projections = verify_projections(target(), {}, nullptr);
    ASSERT_TRUE(projections) << projections.error().message;
    EXPECT_TRUE(projections->is_equal());
    const auto old = open(data());
    const auto now = open(target());
    EXPECT_NE(old->log()->id(), now->log()->id());
    EXPECT_EQ(now->get_stats(), old->get_stats_as_of(moment));
    for (int i = 0; i < signatures; ++i) {
      const std::string fingerprint = make_identity("n" + std::to_string(i))->fingerprint;
      EXPECT_EQ(now->get_by_fingerprint(fingerprint),
                old->get_by_fingerprint_as_of(fingerprint, moment));
    }
    EXPECT_TRUE(now->record({make_occurrence(make_identity("after"), at_second(1))}));
  }

  [[nodiscard]] fs::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] fs::path target() const { return directory_.path() / "then"; }
  [[nodiscard]] fs::path unfinished() const { return directory_.path() / "then.incomplete"; }

  TemporaryDirectory directory_;
  ManualClock clock_{at_second(1000)};
};

TEST_F(PastStoreTest, HoldsWhatTheOtherHeldAtASequence) {
  for (const Sequence sequence : {1U, 2U, 37U, 89U, 90U}) {
    const auto before = content_of(data());
    const auto past = build(sequence);
    ASSERT_TRUE(past) << past.error().message;
    EXPECT_EQ(content_of(data()), before) << "the store that is read was written to";
    EXPECT_FALSE(fs::exists(unfinished()));
    EXPECT_EQ(past->sequence, sequence);
    EXPECT_EQ(past->last_sequence, 90U);
    ASSERT_NO_FATAL_FAILURE(expect_past(sequence));
    fs::remove_all(target());
  }
}

TEST_F(PastStoreTest, HoldsWhatTheOtherHeldAtATime) {
  const Moment moment = at_second(1205);
  const auto past = build(moment);
  ASSERT_TRUE(past) << past.error().message;
  EXPECT_EQ(past->time, at_second(1200));
  EXPECT_EQ(past->sequence, 10U + 2U * 11U);
  expect_past(moment);
}

TEST_F(PastStoreTest, OfATimeThatHasNotComeHoldsAll) {
  const auto past = build(max_timestamp);
  ASSERT_TRUE(past) << past.error().message;
  EXPECT_EQ(past->sequence, 90U);
  expect_past(max_timestamp);
}

TEST_F(PastStoreTest, FromBeforeTheFirstEventIsEmpty) {
  const auto past = build(Sequence{0});
  ASSERT_TRUE(past) << past.error().message;
  EXPECT_EQ(past->sequence, 0U);
  EXPECT_EQ(past->time, std::nullopt);
  EXPECT_EQ(open(target())->get_stats(), StoreStats{});
}

TEST_F(PastStoreTest, IsBuiltBesideAStoreThatIsOpenAndWrites) {
  const auto store = open(data());
  clock_.set(at_second(3000));
  ASSERT_TRUE(store->record({make_occurrence(make_identity("late"), at_second(1))}));
  const auto past = build(Sequence{91});
  ASSERT_TRUE(past) << past.error().message;
  EXPECT_EQ(past->time, at_second(3000));
  ASSERT_TRUE(store->record({make_occurrence(make_identity("later"), at_second(1))}));
  ASSERT_TRUE(store->close());
  expect_past(Sequence{91});
}

TEST_F(PastStoreTest, ReplacesWhatAnInterruptedOneLeft) {
  fs::create_directories(unfinished() / "store" / "log");
  std::ofstream(unfinished() / "store" / "log" / "CURRENT") << "nonsense";
  ASSERT_TRUE(build(Sequence{50}));
  EXPECT_FALSE(fs::exists(unfinished()));
  expect_past(Sequence{50});
}

TEST_F(PastStoreTest, NeverOverwritesAnything) {
  fs::create_directories(target());
  std::ofstream(target() / "mine") << "precious";
  EXPECT_EQ(build(Sequence{50}).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(fs::exists(target() / "mine"));
  EXPECT_FALSE(fs::exists(unfinished()));
  fs::remove(target() / "mine");
  EXPECT_TRUE(build(Sequence{50})) << "an empty directory is fine";
  const auto before = content_of(data());
  for (const fs::path& inside : {data(), data() / "then", data() / "log"}) {
    const auto past = build_past_store(data(), Sequence{50}, inside, {});
    ASSERT_FALSE(past) << inside;
    EXPECT_EQ(past.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_EQ(content_of(data()), before);
}

TEST_F(PastStoreTest, DoesNotReachBehindTheEndOfTheLog) {
  const auto past = build(Sequence{91});
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error(), behind_the_end(91, 90));
  EXPECT_FALSE(fs::exists(target()));
  EXPECT_FALSE(fs::exists(unfinished()));
}

TEST_F(PastStoreTest, IsNotMadeOfALogThatLostAcknowledgedEvents) {
  // The write-ahead log holds all of it: nothing was moved into table files yet.
  for (const auto& entry : fs::directory_iterator(log_directory(data()))) {
    if (entry.path().extension() == ".log") fs::resize_file(entry.path(), entry.file_size() / 2);
  }
  for (const Moment& moment : {Moment(Sequence{10}), Moment(max_timestamp)}) {
    const auto past = build(moment);
    ASSERT_FALSE(past);
    EXPECT_EQ(past.error().code, ErrorCode::corruption) << past.error().message;
    EXPECT_NE(past.error().message.find("rounds verify"), std::string::npos)
        << past.error().message;
    EXPECT_FALSE(fs::exists(target()));
  }
}

TEST_F(PastStoreTest, TellsHowFarItIs) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> copied;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> folded;
  const auto past = build_past_store(
      data(), Sequence{60}, target(),
      {[&](std::uint64_t done, std::uint64_t total) { copied.emplace_back(done, total); },
       [&](std::uint64_t done, std::uint64_t total) { folded.emplace_back(done, total); }});
  ASSERT_TRUE(past);
  ASSERT_FALSE(copied.empty());
  ASSERT_FALSE(folded.empty());
  EXPECT_EQ(copied.back(), std::pair(std::uint64_t{60}, std::uint64_t{60}));
  EXPECT_EQ(folded.back(), std::pair(std::uint64_t{60}, std::uint64_t{60}));
}

}  // namespace
}  // namespace rounds::test
