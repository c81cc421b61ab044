// That the past of a signature costs the events since its last snapshot, and that no answer depends
// on snapshots: those that cannot be trusted are passed over.
#include "store/signature_snapshots.hpp"

#include <cstring>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include "core/lifecycle.hpp"
#include "projections/projection.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

constexpr Version history_length = 2500;
constexpr std::size_t per_group = 100;

class SignatureSnapshotsTest : public testing::Test {
 protected:
  void SetUp() override {
    open();
    ASSERT_NE(store_, nullptr);
    ASSERT_NO_FATAL_FAILURE(fill());
    const auto found = store_->get_by_fingerprint(make_identity("long")->fingerprint);
    ASSERT_TRUE(found && *found);
    now_ = **found;
    ASSERT_EQ(now_.version, history_length + 2);
    ASSERT_NO_FATAL_FAILURE(fold_all());
  }

  void open() {
    store_.reset();
    RocksStoreOptions options;
    options.log_statistics = statistics_;
    options.coalesce_occurrences = false;
    auto store = RocksStore::open(directory_.path(), std::move(options));
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
  }

  // A long history with other signatures in between, so that each event is in a frame of its own,
  // and in the middle of it a tag and a resolution.
  void fill() {
    for (Version done = 0; done < history_length; done += per_group) {
      std::vector<IdentifiedOccurrence> occurrences;
      for (std::size_t i = 0; i < per_group; ++i) {
        // Times go back and forth.
        const auto second = static_cast<std::int64_t>((done + i) * 7919 % 5000);
        occurrences.push_back(make_occurrence(make_identity("long"), at_second(second)));
        for (int other = 0; other < 20; ++other) {
          occurrences.push_back(
              make_occurrence(make_identity("other" + std::to_string(other)), at_second(second)));
        }
      }
      CommandContext context;
      context.durability = Durability::buffered;
      ASSERT_TRUE(store_->record(std::move(occurrences), std::move(context)));
      if (done != 1200) continue;
      const auto found = store_->get_by_fingerprint(make_identity("long")->fingerprint);
      ASSERT_TRUE(found && *found);
      ASSERT_TRUE(store_->execute((*found)->id, ChangeTags{{"kept"}, {}}));
      ASSERT_TRUE(store_->execute((*found)->id, Mute{}));
    }
  }

  // The states by the sequences of the events that made them, from the events themselves.
  void fold_all() {
    std::optional<Signature> state;
    HistoryQuery query;
    query.limit = limits::max_page_size;
    for (bool more = true; more;) {
      const auto page = store_->history(now_.id, query);
      ASSERT_TRUE(page) << page.error().message;
      for (const Event& event : page->events) {
        auto next = evolve(std::move(state), event);
        ASSERT_TRUE(next) << next.error().message;
        state = *std::move(next);
        states_.emplace(event.sequence, *state);
      }
      more = page->next.has_value();
      query.after = page->next.value_or(0);
    }
    ASSERT_EQ(states_.size(), now_.version);
  }

  void expect_the_whole_past() {
    Version version = 0;
    for (const auto& [sequence, state] : states_) {
      // All around snapshots and lifecycle events would take long; these fall on each kind.
      if (++version % 97 != 0 && version != now_.version) continue;
      const auto then = store_->as_of(now_.id, sequence);
      ASSERT_TRUE(then) << then.error().message;
      ASSERT_EQ(*then, state) << "version " << version;
      const auto just_before = store_->as_of(now_.id, sequence - 1);
      ASSERT_TRUE(just_before && *just_before);
      ASSERT_EQ((*just_before)->version, version - 1);
    }
  }

  [[nodiscard]] std::optional<Signature> snapshot_at(Sequence through) {
    return find_snapshot(*store_->log(), now_.id, through);
  }

  // Puts a snapshot into the log that nobody made.
  void forge(const Signature& state, std::uint64_t version, Sequence log_end, ChainHash chain) {
    std::string content;
    for (const std::uint64_t number : {version, log_end, chain}) {
      content.append(reinterpret_cast<const char*>(&number), sizeof(number));
    }
    RowEncoder encoder;
    content.append(encoder.encode(state));
    put(state.last_sequence, seal_side_record(content));
  }

  void put(Sequence number, const std::string& value) {
    const std::string owner(reinterpret_cast<const char*>(now_.id.bytes.data()), 16);
    ASSERT_TRUE(store_->log()
                    ->database()
                    .Put({}, side_record_key(SideStream::snapshots, number, owner), value)
                    .ok());
  }

  // The state after the last event, but with another count; and the chain of the log as it is.
  [[nodiscard]] Signature wrong_state() const {
    Signature wrong = now_;
    wrong.occurrence_count = 7;
    return wrong;
  }
  [[nodiscard]] ChainHash chain() const {
    const auto frames = store_->log()->read_frames();
    frames->SeekToLast();
    return FrameView::parse(frames->value().ToStringView()).value().chain();
  }
  [[nodiscard]] Sequence log_end() const { return store_->log()->last_sequence(); }

  TemporaryDirectory directory_;
  std::shared_ptr<rocksdb::Statistics> statistics_ = rocksdb::CreateDBStatistics();
  std::unique_ptr<RocksStore> store_;
  Signature now_;
  std::map<Sequence, Signature> states_;
};

TEST_F(SignatureSnapshotsTest, MakeNoDifferenceToAnyAnswer) {
  ASSERT_TRUE(snapshot_at(~Sequence{0}));
  ASSERT_NO_FATAL_FAILURE(expect_the_whole_past());
  open();
  ASSERT_NO_FATAL_FAILURE(expect_the_whole_past());
}

TEST_F(SignatureSnapshotsTest, AreWhatTheSignatureWasAndAtMostAGroupApart) {
  Version last = 0;
  for (const auto& [sequence, state] : states_) {
    const auto snapshot = snapshot_at(sequence);
    ASSERT_TRUE(snapshot || last == 0);
    if (snapshot) {
      ASSERT_EQ(*snapshot, states_.at(snapshot->last_sequence));
      ASSERT_LE(snapshot->last_sequence, sequence);
      last = snapshot->version;
    }
    ASSERT_LT(state.version - last, events_per_snapshot + per_group);
  }
  EXPECT_GT(last, history_length - events_per_snapshot);
}

TEST_F(SignatureSnapshotsTest, SaveReadingTheEventsBeforeThem) {
  const auto before = statistics_->getTickerCount(rocksdb::NUMBER_DB_SEEK);
  ASSERT_EQ(store_->as_of(now_.id, log_end()), now_);
  const auto seeks = statistics_->getTickerCount(rocksdb::NUMBER_DB_SEEK) - before;
  EXPECT_LT(seeks, events_per_snapshot + per_group + 10) << "of " << now_.version << " events";
}

TEST_F(SignatureSnapshotsTest, AreUsedOnlyIfTheLogIsStillTheOneTheyWereMadeFrom) {
  const Signature wrong = wrong_state();
  const std::uint64_t version = version_of(Projection::signatures);
  // The control: this one could not be told from a true one.
  ASSERT_NO_FATAL_FAILURE(forge(wrong, version, log_end(), chain()));
  ASSERT_EQ(store_->as_of(now_.id, log_end()), wrong);

  ASSERT_NO_FATAL_FAILURE(forge(wrong, version, log_end(), chain() + 1));
  EXPECT_EQ(store_->as_of(now_.id, log_end()), now_) << "another log up to there";
  ASSERT_NO_FATAL_FAILURE(forge(wrong, version, log_end() + 1, chain()));
  EXPECT_EQ(store_->as_of(now_.id, log_end()), now_) << "a log that was longer";
  ASSERT_NO_FATAL_FAILURE(forge(wrong, version, log_end() - 1, chain()));
  EXPECT_EQ(store_->as_of(now_.id, log_end()), now_) << "not the end of a frame";
  ASSERT_NO_FATAL_FAILURE(forge(wrong, version + 1, log_end(), chain()));
  EXPECT_EQ(store_->as_of(now_.id, log_end()), now_) << "made by other rules";
}

TEST_F(SignatureSnapshotsTest, ThatAreDamagedArePassedOver) {
  const Sequence last = now_.last_sequence;
  std::string flipped = seal_side_record("content");
  flipped.back() ^= 1;
  for (const std::string& value :
       {flipped, std::string("short"), seal_side_record(""), seal_side_record("no header"),
        seal_side_record(std::string(200, 'x'))}) {
    ASSERT_NO_FATAL_FAILURE(put(last, value));
    EXPECT_EQ(store_->as_of(now_.id, log_end()), now_);
  }
}

}  // namespace
}  // namespace rounds::test
