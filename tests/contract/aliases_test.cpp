// Several fingerprints of one signature: who finds it, who learns one, and who never gets one.
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

// An occurrence with further fingerprints, by the names of their identities.
IdentifiedOccurrence occurrence_of(const std::string& name, const std::vector<std::string>& aliases,
                                   std::int64_t second) {
  IdentifiedOccurrence occurrence = make_occurrence(make_identity(name), at_second(second));
  FingerprintAliases fingerprints;
  for (const std::string& alias : aliases) fingerprints.push_back("fingerprint-" + alias);
  occurrence.aliases = std::make_shared<const FingerprintAliases>(std::move(fingerprints));
  return occurrence;
}

class Aliases : public ContractTest {
 protected:
  // Records one and returns the signature that its name leads to then.
  Signature see(const std::string& name, const std::vector<std::string>& aliases,
                std::int64_t second = 10) {
    must(store().record({occurrence_of(name, aliases, second)}));
    return get("fingerprint-" + name);
  }

  [[nodiscard]] std::optional<Signature> find(const std::string& name) {
    return must(store().get_by_fingerprint("fingerprint-" + name));
  }

  [[nodiscard]] std::vector<std::string> kinds_of(const SignatureId& id) {
    std::vector<std::string> kinds;
    for (const Event& event : history_of(store(), id)) kinds.emplace_back(kind_name(event.payload));
    return kinds;
  }
};
ROUNDS_ON_EVERY_STORE(Aliases);

using Names = std::vector<std::string>;

TEST_P(Aliases, ANewSignatureAnswersToAllItsFingerprints) {
  const Signature signature = see("new", {"old", "older"});
  EXPECT_EQ(*signature.aliases, (Names{"fingerprint-old", "fingerprint-older"}));
  EXPECT_EQ(signature.identity->fingerprint, "fingerprint-new");
  EXPECT_EQ(find("old"), signature);
  EXPECT_EQ(find("older"), signature);
  EXPECT_EQ(find("oldest"), std::nullopt);
  EXPECT_EQ(kinds_of(signature.id), Names{"signature_detected"});
}

TEST_P(Aliases, AChangeOfRulesNeitherSplitsNorOrphansHistory) {
  const Signature before = see("old", {});
  const Signature after = see("new", {"old"}, 20);
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.occurrence_count, 2U);
  EXPECT_EQ(*after.identity, *before.identity) << "which never changes";
  EXPECT_EQ(*after.aliases, Names{"fingerprint-new"});
  EXPECT_EQ(find("old"), after);
  // Whoever recalls the fingerprint does not send aliases any more.
  EXPECT_EQ(see("new", {}, 30).occurrence_count, 3U);
  EXPECT_EQ(see("new", {"old"}, 40).occurrence_count, 4U);
  EXPECT_EQ(kinds_of(before.id),
            (Names{"signature_detected", "fingerprints_added", "occurrences_recorded",
                   "occurrences_recorded", "occurrences_recorded"}));
  EXPECT_EQ(must(store().get_stats()).signature_count, 1U);
}

TEST_P(Aliases, RulesThatAreCoarserFindWhatFinerOnesMade) {
  const Signature signature = see("v2", {"v1 of a message"});
  EXPECT_EQ(see("v1 of a message", {"v2"}, 20).id, signature.id);
  EXPECT_EQ(see("v1 of another message", {"v2"}, 30).id, signature.id);
  EXPECT_EQ(*find("v2")->aliases,
            (Names{"fingerprint-v1 of a message", "fingerprint-v1 of another message"}));
}

// Else rules that tell two failures apart would still merge them, because others do not.
TEST_P(Aliases, AFingerprintThatOnlyCameAlongFindsNothing) {
  const Signature first = see("one", {"both"});
  const Signature second = see("two", {"both"}, 20);
  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(second.aliases, nullptr);
  EXPECT_EQ(find("both"), first);
  EXPECT_EQ(find("one")->occurrence_count, 1U);
  // But whoever asks for it by the rules that made it gets the one that has it.
  EXPECT_EQ(see("both", {"two"}, 30).id, first.id);
}

TEST_P(Aliases, AFingerprintNeverMovesToAnotherSignature) {
  const Signature first = see("a", {});
  const Signature second = see("b", {});
  const Signature found = see("new", {"b", "a", "free"}, 20);
  EXPECT_EQ(found.id, second.id) << "the first one that leads somewhere decides";
  EXPECT_EQ(*found.aliases, (Names{"fingerprint-new", "fingerprint-free"}));
  EXPECT_EQ(find("a"), first);
  EXPECT_EQ(see("a", {"b"}, 30).id, first.id) << "its own fingerprint comes before all others";
  EXPECT_EQ(find("a")->aliases, nullptr);
}

TEST_P(Aliases, OccurrencesOfOneSubmissionFindWhatThoseBeforeThemMade) {
  must(store().record({occurrence_of("old", {}, 10), occurrence_of("new", {"old"}, 20),
                       occurrence_of("newer", {"new"}, 30), occurrence_of("new", {}, 40),
                       occurrence_of("newest", {"old", "new"}, 50)}));
  const Signature signature = *find("old");
  EXPECT_EQ(signature.occurrence_count, 4U);
  EXPECT_EQ(*signature.aliases, (Names{"fingerprint-new", "fingerprint-newest"}));
  EXPECT_NE(find("newer")->id, signature.id) << "\"new\" made no signature";
}

TEST_P(Aliases, OfSeveralOccurrencesWithOneFingerprintTheFirstOneCounts) {
  must(store().record({occurrence_of("a", {"x"}, 10), occurrence_of("a", {"y"}, 20)}));
  EXPECT_EQ(*find("a")->aliases, Names{"fingerprint-x"});
  EXPECT_EQ(find("y"), std::nullopt);
}

TEST_P(Aliases, WhatThereIsNoRoomForIsCountedAndNotLearned) {
  const Signature signature = see("made", {});
  for (std::size_t i = 0; i < limits::max_aliases; ++i) {
    EXPECT_EQ(see("n" + std::to_string(i), {"made"}).id, signature.id) << i;
  }
  for (int i = 0; i < 2; ++i) must(store().record({occurrence_of("late", {"made"}, 10)}));
  EXPECT_EQ(find("late"), std::nullopt);
  EXPECT_EQ(find("made")->aliases->size(), limits::max_aliases);
  EXPECT_EQ(find("made")->occurrence_count, limits::max_aliases + 3);
  EXPECT_EQ(must(store().get_stats()).signature_count, 1U);
}

TEST_P(Aliases, AFailureComesBackUnderAnotherFingerprint) {
  const Signature signature = see("old", {});
  must(store().execute(signature.id, Resolve{}));
  EXPECT_EQ(see("new", {"old"}, 500).status, Status::resolved) << "before its resolution";
  EXPECT_EQ(see("newer", {"old"}, 5000).status, Status::new_);
  EXPECT_EQ(kinds_of(signature.id).back(), "signature_regressed");
}

// Waiting occurrences must not overtake a command, whichever fingerprint they came with.
TEST_P(Aliases, OccurrencesComeBeforeTheCommandsBehindThem) {
  std::vector<std::future<void>> done;
  const auto submit = [&](Submission submission) {
    auto promise = std::make_shared<std::promise<void>>();
    done.push_back(promise->get_future());
    store().submit(std::move(submission), [promise](const Result<Commit>& outcome) {
      EXPECT_TRUE(outcome);
      promise->set_value();
    });
  };
  constexpr int rounds = 50;
  std::vector<SignatureId> ids;
  ids.reserve(rounds);
  for (int i = 0; i < rounds; ++i) ids.push_back(see("old" + std::to_string(i), {}).id);
  for (int i = 0; i < rounds; ++i) {
    const std::string old = "old" + std::to_string(i);
    // Later than the resolution behind it: in the other order it would come back.
    submit(RecordOccurrences{{occurrence_of("new" + std::to_string(i), {old}, 5000)}, {}});
    submit(ExecuteCommand{ids[static_cast<std::size_t>(i)], Resolve{}, {}});
    submit(RecordOccurrences{{occurrence_of("new" + std::to_string(i), {}, 900)}, {}});
    submit(ExecuteCommand{ids[static_cast<std::size_t>(i)], ChangeTags{{"seen"}, {}}, {}});
  }
  for (std::future<void>& one : done) one.get();
  for (const SignatureId& id : ids) {
    EXPECT_EQ(get(id).status, Status::resolved);
    EXPECT_EQ(kinds_of(id),
              (Names{"signature_detected", "fingerprints_added", "occurrences_recorded",
                     "signature_resolved", "occurrences_recorded", "tags_changed"}));
  }
}

TEST_P(Aliases, ASaveAddsFingerprintsAndTakesNoneAway) {
  Signature signature = make_signature("a");
  signature.aliases = std::make_shared<const FingerprintAliases>(Names{"x", "y"});
  signature = must(store().save(signature));
  EXPECT_EQ(get("x"), signature);
  Signature changed = signature;
  changed.aliases = std::make_shared<const FingerprintAliases>(Names{"z", "x"});
  changed = must(store().save(changed));
  EXPECT_EQ(*changed.aliases, (Names{"x", "y", "z"}));
  EXPECT_EQ(get("z"), changed);
  Signature without = changed;
  without.aliases = nullptr;
  EXPECT_EQ(*must(store().save(without)).aliases, (Names{"x", "y", "z"}));
  EXPECT_EQ(kinds_of(signature.id), (Names{"signature_imported", "fingerprints_added"}));
}

TEST_P(Aliases, ASaveCannotTakeTheFingerprintOfAnotherSignature) {
  const Signature owner = see("a", {"x"});
  const Snapshot before = snapshot(store());
  Signature other = make_signature("b");
  other.aliases = std::make_shared<const FingerprintAliases>(Names{"free", "fingerprint-x"});
  EXPECT_TRUE(fails_with(store().save(other), ErrorCode::conflict));
  other.aliases = std::make_shared<const FingerprintAliases>(Names{"fingerprint-a"});
  EXPECT_TRUE(fails_with(store().import(other), ErrorCode::conflict));
  EXPECT_TRUE(fails_with(store().save(make_signature("x")), ErrorCode::conflict));
  EXPECT_EQ(snapshot(store()), before);
}

TEST_P(Aliases, RefusesWhatNoSignatureCanAnswerTo) {
  const auto named = [](const Names& names) {
    return std::make_shared<const FingerprintAliases>(names);
  };
  Names many;
  for (std::size_t i = 0; i <= limits::max_aliases; ++i) many.push_back(std::to_string(i));
  const Snapshot before = snapshot(store());
  for (const auto& aliases : {named({""}), named({"x", "x"}), named({"fingerprint-a"}), named(many),
                              named({std::string(limits::max_fingerprint_bytes + 1, 'x')})}) {
    IdentifiedOccurrence occurrence = make_occurrence(make_identity("a"), at_second(1));
    occurrence.aliases = aliases;
    EXPECT_TRUE(fails_with(store().record({occurrence}), ErrorCode::invalid_argument));
    Signature signature = make_signature("a");
    signature.aliases = aliases;
    EXPECT_TRUE(fails_with(store().save(signature), ErrorCode::invalid_argument));
  }
  EXPECT_EQ(snapshot(store()), before);
  // Together too many, though each list has room.
  many.pop_back();
  Signature full = make_signature("a");
  full.aliases = named(many);
  full = must(store().save(full));
  full.aliases = named({"one more"});
  EXPECT_TRUE(fails_with(store().save(full), ErrorCode::invalid_argument));
}

TEST_P(Aliases, StayWhenTheStoreIsOpenedAgainAndWhenProjectionsAreRebuilt) {
  const Signature made = see("made", {"along"});
  see("old", {});
  see("new", {"old"}, 20);
  const auto expect_all = [&] {
    EXPECT_EQ(find("along"), made);
    EXPECT_EQ(find("made"), made);
    EXPECT_EQ(find("new"), find("old"));
    EXPECT_EQ(find("old")->occurrence_count, 2U);
  };
  expect_all();
  const Snapshot before = snapshot(store());
  fixture().reopen();
  EXPECT_EQ(snapshot(store()), before);
  expect_all();
  fixture().rebuild_projections();
  EXPECT_EQ(snapshot(store()), before);
  expect_all();
  // A signature that is on the disk with some learns more.
  EXPECT_EQ(see("newer", {"made"}, 30).id, made.id);
  fixture().reopen();
  EXPECT_EQ(*find("newer")->aliases, (Names{"fingerprint-along", "fingerprint-newer"}));
  EXPECT_EQ(find("along"), find("newer"));
}

TEST_P(Aliases, ThePastOfASignatureIsFoundByAFingerprintItLearnedLater) {
  const Signature before = see("old", {});
  see("new", {"old"}, 20);
  EXPECT_EQ(must(store().get_by_fingerprint_as_of("fingerprint-new", before.last_sequence)),
            before);
  EXPECT_EQ(must(store().as_of(before.id, find("old")->last_sequence)), find("old"));
}

TEST_P(Aliases, RecallKnowsWhatWasRecordedAndNothingElse) {
  see("old", {});
  see("new", {"old"}, 20);
  see("made", {"along"});
  const std::vector<std::string_view> known{"fingerprint-old", "fingerprint-new",
                                            "fingerprint-made", "fingerprint-along"};
  // It says no as well while a layer changes hands.
  for (int i = 0; i < 1'000'000 && store().recall(known) != std::vector<bool>(4, true); ++i) {
    std::this_thread::yield();
  }
  EXPECT_EQ(store().recall(known), std::vector<bool>(4, true));
  const std::vector<std::string_view> unknown{"fingerprint-", "", "fingerprint-older"};
  EXPECT_EQ(store().recall(unknown), std::vector<bool>(3, false));
  EXPECT_TRUE(store().recall({}).empty());
  must(store().close());
  EXPECT_EQ(store().recall(known), std::vector<bool>(4, false));
}

}  // namespace
}  // namespace rounds::test
