// What a store promises that writes one event for each occurrence: what it counts and decides is
// what one that folds them does.
#include <algorithm>
#include <future>
#include <iterator>
#include <latch>
#include <random>

#include <gtest/gtest.h>

#include "core/exemplar_sampling.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

std::unique_ptr<RocksStore> open(const TemporaryDirectory& directory, RocksStoreOptions options) {
  auto store = RocksStore::open(directory.path(), std::move(options));
  EXPECT_TRUE(store) << store.error().message;
  return store ? *std::move(store) : nullptr;
}

RocksStoreOptions one_event_each() {
  RocksStoreOptions options;
  options.coalesce_occurrences = false;
  return options;
}

Signature signature_of(RocksStore& store, const SignatureIdentity& identity) {
  const auto found = store.get_by_fingerprint(identity.fingerprint);
  EXPECT_TRUE(found && *found);
  return **found;
}

std::vector<Event> history_of(RocksStore& store, const SignatureIdentity& identity) {
  const auto page = store.history(signature_of(store, identity).id, {.after = 0, .limit = 200});
  EXPECT_TRUE(page && !page->next);
  return page->events;
}

// A storm of `count` on one signature, in groups of ten.
void record_storm(RocksStore& store, std::size_t count) {
  const auto identity = make_identity("storm");
  for (std::size_t i = 0; i < count; i += 10) {
    EXPECT_TRUE(store.record(std::vector(10, make_occurrence(identity, at_second(1)))));
  }
}

// How many events of the storm, which has `count`, have an exemplar.
std::size_t exemplars_of_storm(RocksStore& store, std::size_t count) {
  const std::vector<Event> events = history_of(store, *make_identity("storm"));
  EXPECT_EQ(events.size(), count);
  return static_cast<std::size_t>(std::ranges::count_if(events, [](const Event& event) {
    const auto* detected = std::get_if<SignatureDetected>(&event.payload);
    const auto* recorded = std::get_if<OccurrencesRecorded>(&event.payload);
    return !(detected != nullptr ? detected->occurrences : recorded->occurrences).exemplars.empty();
  }));
}

TEST(SeparateEvents, HaveExemplarsLikeAnyOthers) {
  const TemporaryDirectory directory;
  {
    const auto store = open(directory, one_event_each());
    record_storm(*store, 50);
    EXPECT_EQ(exemplars_of_storm(*store, 50), first_occurrences_with_exemplars + 1);
  }
  const auto store = open(directory, one_event_each());
  record_storm(*store, 50);
  EXPECT_EQ(exemplars_of_storm(*store, 100), first_occurrences_with_exemplars + 1);
}

TEST(SeparateEvents, AllHaveExemplarsIfNothingLimitsThem) {
  const TemporaryDirectory directory;
  auto options = one_event_each();
  options.exemplars_per_hour = 0;
  const auto store = open(directory, std::move(options));
  record_storm(*store, 100);
  EXPECT_EQ(exemplars_of_storm(*store, 100), 100U);
}

TEST(SeparateEvents, CountOnTheOverflowSignatureWhatIsOverTheBudget) {
  const TemporaryDirectory directory;
  auto options = one_event_each();
  options.new_signatures_per_minute = 1;
  const auto store = open(directory, std::move(options));
  std::vector<IdentifiedOccurrence> occurrences;
  for (const char* name : {"a", "b", "c", "a", "b", "c"}) {
    occurrences.push_back(make_occurrence(make_identity(name), at_second(1)));
  }
  ASSERT_TRUE(store->record(std::move(occurrences)));
  const auto page = store->list({});
  ASSERT_TRUE(page);
  std::vector<std::uint64_t> counts;
  for (const Signature& signature : page->signatures) counts.push_back(signature.occurrence_count);
  std::ranges::sort(counts);
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{2, 4}));
  EXPECT_EQ(store->log()->last_sequence(), 6U);
}

TEST(SeparateEvents, ReopenASignatureAtTheFirstOneAfterItsResolution) {
  const TemporaryDirectory directory;
  ManualClock clock(at_second(10));
  auto options = one_event_each();
  options.clock = &clock;
  const auto store = open(directory, std::move(options));
  const auto identity = make_identity("regressing");
  ASSERT_TRUE(store->record({make_occurrence(identity, at_second(1))}));
  ASSERT_TRUE(store->execute(signature_of(*store, *identity).id, Resolve{}));
  std::vector<IdentifiedOccurrence> occurrences;
  for (const int second : {2, 3, 20, 21, 4}) {
    occurrences.push_back(make_occurrence(identity, at_second(second)));
  }
  ASSERT_TRUE(store->record(std::move(occurrences)));
  std::string kinds;
  for (const Event& event : history_of(*store, *identity)) {
    kinds += std::string(kind_name(event.payload)) + " ";
  }
  EXPECT_EQ(kinds,
            "signature_detected signature_resolved occurrences_recorded occurrences_recorded "
            "occurrences_recorded signature_regressed occurrences_recorded occurrences_recorded ");
  const Signature signature = signature_of(*store, *identity);
  EXPECT_EQ(signature.status, Status::new_);
  EXPECT_EQ(signature.occurrence_count, 6U);
  EXPECT_EQ(signature.last_seen, at_second(21));
}

// Has `store` take them as one group. Returns which it accepted.
std::vector<bool> submit_as_one_group(RocksStore& store, std::vector<Submission> submissions) {
  // The answers to these tell that the completion below has ended.
  if (submissions.empty()) return {};
  // A completion that waits keeps the committer busy meanwhile.
  std::promise<void> release;
  std::promise<void> blocked;
  store.submit(RecordOccurrences{}, [&](const Result<Commit>&) {
    blocked.set_value();
    release.get_future().wait();
  });
  blocked.get_future().wait();
  std::vector<bool> accepted(submissions.size());
  std::latch answered(std::ssize(submissions));
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    store.submit(std::move(submissions[i]), [&, i](const Result<Commit>& outcome) {
      accepted[i] = outcome.has_value();
      answered.count_down();
    });
  }
  release.set_value();
  answered.wait();
  return accepted;
}

// Two stores that get the same: one folds, and takes one submission at a time; the other neither.
class BothWays : public testing::Test {
 protected:
  static constexpr std::uint64_t signature_count = 12;

  RocksStoreOptions options(bool coalesce) {
    RocksStoreOptions options;
    options.coalesce_occurrences = coalesce;
    options.clock = &clock_;
    // So that signatures are found in layers and on the disk.
    options.layer_signatures = 1 + below(2 * signature_count);
    return options;
  }

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  RecordOccurrences some_occurrences() {
    std::vector<IdentifiedOccurrence> occurrences;
    for (std::uint64_t i = 1 + below(30); i > 0; --i) {
      const auto identity = make_identity(std::to_string(below(signature_count)));
      const auto time = clock_.now() + std::chrono::seconds{below(40)} - std::chrono::seconds{20};
      occurrences.push_back(make_occurrence(identity, time));
      // Whose aliases they are does not depend on the order of events.
      if (below(4) > 0) continue;
      occurrences.back().aliases =
          std::make_shared<const FingerprintAliases>(1, "along " + identity->fingerprint);
    }
    RecordOccurrences record;
    record.occurrences = std::move(occurrences);
    record.context.provenance.actor = below(2) == 0 ? "one" : "another";
    return record;
  }

  // A command on a signature that both know; nothing if they do not.
  std::optional<std::pair<Submission, Submission>> some_command() {
    const auto identity = make_identity(std::to_string(below(signature_count)));
    const auto folded = folding_->get_by_fingerprint(identity->fingerprint);
    const auto separate = separate_->get_by_fingerprint(identity->fingerprint);
    if (!folded || !*folded || !separate || !*separate) return std::nullopt;
    const Command command = below(3) > 0 ? Command{Resolve{}} : Command{Mute{}};
    return std::pair(Submission(ExecuteCommand{(*folded)->id, command, {}}),
                     Submission(ExecuteCommand{(*separate)->id, command, {}}));
  }

  void submit() {
    std::vector<Submission> submissions;
    std::vector<bool> accepted;
    for (std::uint64_t i = 1 + below(5); i > 0; --i) {
      if (below(3) == 0) {
        auto commands = some_command();
        if (!commands) continue;
        accepted.push_back(folding_->submit_and_wait(std::move(commands->first)).has_value());
        submissions.push_back(std::move(commands->second));
      } else {
        RecordOccurrences record = some_occurrences();
        accepted.push_back(folding_->submit_and_wait(record).has_value());
        submissions.emplace_back(std::move(record));
      }
    }
    EXPECT_EQ(submit_as_one_group(*separate_, std::move(submissions)), accepted);
  }

  // But for ids and versions, which differ.
  void expect_same() {
    for (std::uint64_t name = 0; name < signature_count; ++name) {
      const std::string fingerprint = make_identity(std::to_string(name))->fingerprint;
      auto folded = *folding_->get_by_fingerprint(fingerprint);
      auto separate = *separate_->get_by_fingerprint(fingerprint);
      ASSERT_EQ(folded.has_value(), separate.has_value());
      if (!folded) continue;
      folded->id = separate->id;
      folded->version = separate->version;
      folded->last_sequence = separate->last_sequence;
      EXPECT_EQ(*folded, *separate);
    }
  }

  void expect_right_projections() {
    ASSERT_TRUE(separate_->close());
    separate_.reset();
    const auto verified = verify_projections(separate_directory_.path(), {}, nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    for (const auto& comparison : verified->projections) {
      EXPECT_EQ(comparison.difference_count, 0U) << to_string(comparison.projection);
    }
  }

  std::mt19937_64 random_{random_seed()};
  ManualClock clock_{at_second(0)};
  TemporaryDirectory folding_directory_;
  TemporaryDirectory separate_directory_;
  std::unique_ptr<RocksStore> folding_ = open(folding_directory_, options(true));
  std::unique_ptr<RocksStore> separate_ = open(separate_directory_, options(false));
};

TEST_F(BothWays, CountAndDecideAlike) {
  const std::uint64_t rounds = random_rounds(100);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    SCOPED_TRACE(testing::Message() << "round " << i);
    clock_.set(clock_.now() + std::chrono::seconds{below(20)});
    ASSERT_NO_FATAL_FAILURE(submit());
    ASSERT_NO_FATAL_FAILURE(expect_same());
    if (HasFailure()) return;
  }
  expect_right_projections();
}

}  // namespace
}  // namespace rounds::test
