// Histories: the events of a signature, and that they alone explain its state.
#include <algorithm>

#include <gtest/gtest.h>

#include "core/lifecycle.hpp"
#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Histories : public ContractTest {
 protected:
  // A signature with one event of each kind but import, other signatures' events in between.
  SignatureId create_eventful() {
    const auto identity = make_identity("eventful");
    const SignatureId id = record(identity, 10).id;
    const std::vector<Command> commands{StartInvestigation{},
                                        RevertInvestigation{},
                                        Diagnose{make_diagnosis()},
                                        Resolve{"raise it"},
                                        Mute{},
                                        Retriage{},
                                        Resolve{std::nullopt, "2.4.1"},
                                        ChangeTags{{"x"}, {}}};
    for (const Command& command : commands) {
      must(store().execute(id, command));
      record(make_identity("other"), 10);
    }
    record(identity, 5000, 3);  // a regression
    must(store().execute(id, Restore{Status::diagnosed, make_diagnosis("restored")}));
    return id;
  }
};
ROUNDS_ON_EVERY_STORE(Histories);

TEST_P(Histories, TellWhatHappenedInOrder) {
  std::vector<std::string> kinds;
  for (const Event& event : history_of(store(), create_eventful())) {
    kinds.emplace_back(kind_name(event.payload));
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{
                       "signature_detected", "investigation_started", "investigation_reverted",
                       "signature_diagnosed", "signature_resolved", "signature_muted",
                       "signature_retriaged", "signature_resolved", "tags_changed",
                       "occurrences_recorded", "signature_regressed", "signature_restored"}));
}

TEST_P(Histories, HaveDenseVersionsAndIncreasingSequences) {
  const SignatureId id = create_eventful();
  const std::vector<Event> history = history_of(store(), id);
  Sequence last = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    EXPECT_EQ(history[i].signature_id, id);
    EXPECT_EQ(history[i].version, i + 1);
    EXPECT_GT(history[i].sequence, last);
    last = history[i].sequence;
  }
  EXPECT_EQ(get(id).version, history.size());
  EXPECT_EQ(get(id).last_sequence, last);
}

TEST_P(Histories, TogetherHoldEverySequenceOnce) {
  create_eventful();
  must(store().import(make_signature("imported")));
  std::vector<Sequence> sequences;
  for (const auto& [id, history] : snapshot(store()).histories) {
    for (const Event& event : history) sequences.push_back(event.sequence);
  }
  std::ranges::sort(sequences);
  ASSERT_EQ(sequences.size(), must(store().get_stats()).sequence);
  for (std::size_t i = 0; i < sequences.size(); ++i) EXPECT_EQ(sequences[i], i + 1);
}

TEST_P(Histories, AreTheSameInPagesOfAnySize) {
  const SignatureId id = create_eventful();
  const std::vector<Event> whole = must(store().history(id, {})).events;
  ASSERT_EQ(whole.size(), 12U);
  for (const std::size_t page_size : {1U, 2U, 7U, 12U, 13U}) {
    EXPECT_EQ(history_of(store(), id, page_size), whole) << page_size;
  }
}

TEST_P(Histories, SayWhereToGoOnUntilTheEnd) {
  const SignatureId id = create_eventful();
  EXPECT_EQ(must(store().history(id, {0, 11})).next, Version{11});
  EXPECT_EQ(must(store().history(id, {0, 12})).next, std::nullopt);
  EXPECT_EQ(must(store().history(id, {11, 5})).next, std::nullopt);
  EXPECT_EQ(must(store().history(id, {11, 5})).events.size(), 1U);
}

TEST_P(Histories, BehindTheirEndAreEmpty) {
  const SignatureId id = create_eventful();
  for (const Version after : {Version{12}, Version{13}, ~Version{0}}) {
    const HistoryPage page = must(store().history(id, {after, 10}));
    EXPECT_TRUE(page.events.empty()) << after;
    EXPECT_EQ(page.next, std::nullopt) << after;
  }
}

TEST_P(Histories, OfAnAbsentSignatureAreNotFound) {
  const SignatureId present = create_eventful();
  EXPECT_TRUE(fails_with(store().history(SignatureId{}, {}), ErrorCode::not_found));
  SignatureId neighbour = present;
  neighbour.bytes[15] ^= 1;
  EXPECT_TRUE(fails_with(store().history(neighbour, {}), ErrorCode::not_found));
}

TEST_P(Histories, KeepWhoDidItWhyAndUnderWhichRequest) {
  const auto provenance = [](const std::string& step) {
    return Provenance{"actor of " + step, "reason of " + step, "request of " + step};
  };
  const auto identity = make_identity("a");
  must(store().record({make_occurrence(identity, at_second(10))},
                      {.provenance = provenance("detection")}));
  const SignatureId id = get(identity->fingerprint).id;
  must(store().execute(id, Resolve{}, {.provenance = provenance("resolution")}));
  must(store().record({make_occurrence(identity, at_second(2000))},
                      {.provenance = provenance("regression")}));
  Signature target = get(id);
  target.tags = {"x"};
  target.occurrence_count += 1;
  must(store().save(target, {.provenance = provenance("save")}));
  must(store().execute(id, Mute{}));

  std::vector<Provenance> found;
  for (const Event& event : history_of(store(), id)) found.push_back(event.provenance);
  EXPECT_EQ(found, (std::vector{provenance("detection"), provenance("resolution"),
                                provenance("regression"), provenance("regression"),
                                provenance("save"), provenance("save"), Provenance{}}));
}

TEST_P(Histories, KeepWhatCommandsCarried) {
  const SignatureId id = create_eventful();
  const std::vector<Event> history = history_of(store(), id);
  EXPECT_EQ(*std::get<SignatureDetected>(history[0].payload).identity, *make_identity("eventful"));
  EXPECT_EQ(*std::get<SignatureDiagnosed>(history[3].payload).diagnosis, make_diagnosis());
  EXPECT_EQ(std::get<SignatureResolved>(history[4].payload).fix, "raise it");
  EXPECT_EQ(std::get<SignatureResolved>(history[7].payload).fix, std::nullopt);
  EXPECT_EQ(std::get<TagsChanged>(history[8].payload), (TagsChanged{{"x"}, {}}));
  EXPECT_EQ(std::get<OccurrencesRecorded>(history[9].payload).occurrences.count, 3U);
  EXPECT_EQ(std::get<SignatureRestored>(history[11].payload),
            (SignatureRestored{Status::diagnosed,
                               std::make_shared<const Diagnosis>(make_diagnosis("restored"))}));
}

TEST_P(Histories, OfAnImportHoldTheSignatureAsGiven) {
  Signature given = make_signature("a");
  given.tags = {"x"};
  given.status = Status::muted;
  must(store().import(given));
  const std::vector<Event> history = history_of(store(), given.id);
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(std::get<SignatureImported>(history[0].payload).signature, given);
}

TEST_P(Histories, FoldIntoExactlyTheStoredSignature) {
  create_eventful();
  Signature imported = make_signature("imported");
  imported.status = Status::resolved;
  must(store().import(imported));
  const Snapshot all = snapshot(store());
  ASSERT_EQ(all.signatures.size(), 3U);
  for (const Signature& signature : all.signatures) {
    std::optional<Signature> state;
    for (const Event& event : all.histories.at(signature.id)) {
      state = must(evolve(std::move(state), event));
    }
    EXPECT_EQ(state, signature);
  }
}

TEST_P(Histories, TakeTheTimeOfEventsFromTheClock) {
  const SignatureId id = record(make_identity("a"), 10).id;
  clock().set(at_second(1500));
  must(store().execute(id, Mute{}));
  const std::vector<Event> history = history_of(store(), id);
  EXPECT_EQ(history[0].time, at_second(1000));
  EXPECT_EQ(history[1].time, at_second(1500));
}

TEST_P(Histories, HaveTimesThatNeverDecreaseWhenTheClockJumpsBack) {
  const SignatureId first = record(make_identity("a"), 10).id;
  clock().set(at_second(2000));
  const SignatureId second = record(make_identity("b"), 10).id;
  clock().set(at_second(500));
  must(store().execute(first, Mute{}));
  fixture().reopen();
  must(store().execute(second, Resolve{}));
  clock().set(at_second(2001));
  must(store().execute(first, Retriage{}));

  std::vector<Event> log = history_of(store(), first);
  std::ranges::move(history_of(store(), second), std::back_inserter(log));
  std::ranges::sort(log, {}, &Event::sequence);
  std::vector<Timestamp> times;
  times.reserve(log.size());
  for (const Event& event : log) times.push_back(event.time);
  EXPECT_EQ(times, (std::vector<Timestamp>{at_second(1000), at_second(2000), at_second(2000),
                                           at_second(2000), at_second(2001)}));
  EXPECT_EQ(get(second).resolved_at, at_second(2000));
}

}  // namespace
}  // namespace rounds::test
