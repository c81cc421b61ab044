// Recording occurrences: counts, times, folding, regressions.
#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Recording : public ContractTest {};
ROUNDS_ON_EVERY_STORE(Recording);

class RecordingWithoutReopening : public ContractTest {
 protected:
  RecordingWithoutReopening() : ContractTest({.reopen_on_regression = false}) {}
};
ROUNDS_ON_EVERY_STORE(RecordingWithoutReopening);

TEST_P(Recording, TheFirstOccurrenceCreatesANewSignature) {
  const auto identity = make_identity("a", "api", "Timeout");
  const Commit commit = must(store().record({make_occurrence(identity, at_second(10))}));
  EXPECT_EQ(commit.signature, std::nullopt);

  const Signature signature = get(identity->fingerprint);
  EXPECT_NE(signature.id, SignatureId{});
  EXPECT_EQ(*signature.identity, *identity);
  EXPECT_EQ(signature.first_seen, at_second(10));
  EXPECT_EQ(signature.last_seen, at_second(10));
  EXPECT_EQ(signature.occurrence_count, 1U);
  EXPECT_EQ(signature.status, Status::new_);
  EXPECT_EQ(signature.diagnosis, nullptr);
  EXPECT_TRUE(signature.tags.empty());
  EXPECT_EQ(signature.resolved_at, std::nullopt);
  EXPECT_EQ(signature.version, 1U);
  EXPECT_EQ(signature.last_sequence, commit.sequence);
}

TEST_P(Recording, FoldsTheOccurrencesOfASubmissionIntoOneEvent) {
  const auto identity = make_identity("a");
  std::vector<IdentifiedOccurrence> occurrences;
  for (const int second : {30, 10, 50, 20, 40}) {
    occurrences.push_back(make_occurrence(identity, at_second(second)));
  }
  must(store().record(occurrences));

  const Signature signature = get(identity->fingerprint);
  EXPECT_EQ(signature.occurrence_count, 5U);
  const std::vector<Event> history = history_of(store(), signature.id);
  ASSERT_EQ(history.size(), 1U);
  const auto& detected = std::get<SignatureDetected>(history[0].payload);
  EXPECT_EQ(detected.occurrences.count, 5U);
  EXPECT_EQ(detected.occurrences.first_seen, at_second(10));
  EXPECT_EQ(detected.occurrences.last_seen, at_second(50));
  EXPECT_EQ(
      detected.occurrences.exemplars,
      (std::vector{occurrences[0].exemplar, occurrences[1].exemplar, occurrences[2].exemplar}));
}

TEST_P(Recording, KeepsTheExemplarsOfLaterOccurrences) {
  const auto identity = make_identity("a");
  record(identity, 10);
  IdentifiedOccurrence later = make_occurrence(identity, at_second(20));
  later.exemplar.severity = severity_fatal;
  later.exemplar.message = "raw message";
  must(store().record({later}));

  const std::vector<Event> history = history_of(store(), get(identity->fingerprint).id);
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(std::get<OccurrencesRecorded>(history[1].payload).occurrences,
            (OccurrenceSummary{1, at_second(20), at_second(20), {later.exemplar}}));
}

TEST_P(Recording, TakesFirstSeenAndLastSeenFromOccurrencesInAnyOrder) {
  const auto identity = make_identity("a");
  record(identity, 50);
  Signature signature = record(identity, 20);
  EXPECT_EQ(signature.first_seen, at_second(20));
  EXPECT_EQ(signature.last_seen, at_second(50));
  signature = record(identity, 30);
  EXPECT_EQ(signature.first_seen, at_second(20));
  EXPECT_EQ(signature.last_seen, at_second(50));
  signature = record(identity, 60);
  EXPECT_EQ(signature.first_seen, at_second(20));
  EXPECT_EQ(signature.last_seen, at_second(60));
  EXPECT_EQ(signature.occurrence_count, 4U);
}

TEST_P(Recording, CountsInEveryStatusWithoutChangingIt) {
  for (const Status status : all_statuses) {
    const auto identity = make_identity(std::string(to_string(status)));
    Signature expected = bring_to(record(identity, 10).id, status);
    const Signature counted = record(identity, 20, 2);  // before the resolution at second 1000

    expected.last_seen = at_second(20);
    expected.occurrence_count = 3;
    expected.version += 1;
    expected.last_sequence = counted.last_sequence;
    EXPECT_EQ(counted, expected);
  }
}

TEST_P(Recording, CountsSeveralSignaturesInOneSubmission) {
  const auto first = make_identity("first");
  const auto second = make_identity("second");
  record(second, 5);
  must(
      store().record({make_occurrence(first, at_second(10)), make_occurrence(second, at_second(20)),
                      make_occurrence(first, at_second(30)),
                      make_occurrence(make_identity("third"), at_second(40)),
                      make_occurrence(second, at_second(50))}));

  EXPECT_EQ(get("fingerprint-first").occurrence_count, 2U);
  EXPECT_EQ(get("fingerprint-first").last_seen, at_second(30));
  EXPECT_EQ(get("fingerprint-second").occurrence_count, 3U);
  EXPECT_EQ(get("fingerprint-second").last_seen, at_second(50));
  EXPECT_EQ(get("fingerprint-third").occurrence_count, 1U);
}

TEST_P(Recording, CreatesSignaturesInTheOrderOfTheirFirstAppearance) {
  must(store().record({make_occurrence(make_identity("z"), at_second(30)),
                       make_occurrence(make_identity("a"), at_second(10)),
                       make_occurrence(make_identity("z"), at_second(5)),
                       make_occurrence(make_identity("m"), at_second(20))}));

  EXPECT_LT(get("fingerprint-z").last_sequence, get("fingerprint-a").last_sequence);
  EXPECT_LT(get("fingerprint-a").last_sequence, get("fingerprint-m").last_sequence);
}

TEST_P(Recording, TellsSignaturesApartByFingerprintAlone) {
  const Signature original = record(make_identity("a", "api", "Timeout"), 10);
  const Signature counted = record(make_identity("a", "elsewhere", "OtherError"), 20);

  EXPECT_EQ(counted.id, original.id);
  EXPECT_EQ(counted.occurrence_count, 2U);
  EXPECT_EQ(*counted.identity, *original.identity);
  EXPECT_EQ(must(store().get_stats()).signature_count, 1U);
}

TEST_P(Recording, OfNoOccurrencesWritesNothing) {
  record(make_identity("a"), 10);
  const Snapshot before = snapshot(store());

  const Commit commit = must(store().record({}));
  EXPECT_EQ(commit.sequence, before.stats.sequence);
  EXPECT_EQ(snapshot(store()), before);
}

TEST_P(Recording, IgnoresAnExpectedVersion) {
  const auto identity = make_identity("a");
  must(store().record({make_occurrence(identity, at_second(10))}, {.expected_version = 7}));
  EXPECT_EQ(get(identity->fingerprint).occurrence_count, 1U);
}

TEST_P(Recording, TakesTheLargestSubmissionAndRefusesALargerOneWhole) {
  const auto identity = make_identity("a");
  std::vector<IdentifiedOccurrence> occurrences(limits::max_occurrences_per_submission,
                                                make_occurrence(identity, at_second(10)));
  must(store().record(occurrences));
  EXPECT_EQ(get(identity->fingerprint).occurrence_count, limits::max_occurrences_per_submission);
  const Snapshot before = snapshot(store());

  occurrences.push_back(occurrences.front());
  EXPECT_TRUE(fails_with(store().record(occurrences), ErrorCode::invalid_argument));
  EXPECT_EQ(snapshot(store()), before);
}

TEST_P(Recording, AfterTheResolutionReopensASignatureAndKeepsItsDiagnosis) {
  const auto identity = make_identity("a");
  const SignatureId id = record(identity, 10).id;
  must(store().execute(id, Diagnose{make_diagnosis()}));
  clock().set(at_second(2000));
  must(store().execute(id, Resolve{"raise the pool size"}));

  const Signature reopened = record(identity, 2001);
  EXPECT_EQ(reopened.status, Status::new_);
  EXPECT_EQ(reopened.resolved_at, std::nullopt);
  ASSERT_NE(reopened.diagnosis, nullptr);
  EXPECT_EQ(*reopened.diagnosis, make_diagnosis());
  EXPECT_EQ(reopened.occurrence_count, 2U);
  const std::vector<Event> history = history_of(store(), id);
  ASSERT_EQ(history.size(), 5U);
  EXPECT_EQ(kind_name(history[3].payload), "occurrences_recorded");
  EXPECT_EQ(kind_name(history[4].payload), "signature_regressed");
}

TEST_P(Recording, UpToTheResolutionLeavesASignatureResolved) {
  const auto identity = make_identity("a");
  const SignatureId id = record(identity, 10).id;
  clock().set(at_second(2000));
  must(store().execute(id, Resolve{}));
  clock().set(at_second(3000));

  EXPECT_EQ(record(identity, 1999).status, Status::resolved);
  EXPECT_EQ(record(identity, 2000).status, Status::resolved);
  EXPECT_EQ(get(id).resolved_at, at_second(2000));
  EXPECT_EQ(get(id).occurrence_count, 3U);
}

TEST_P(Recording, ReopensForTheLatestOccurrenceOfASubmission) {
  const auto identity = make_identity("a");
  const SignatureId id = record(identity, 10).id;
  must(store().execute(id, Resolve{}));

  must(store().record({make_occurrence(identity, at_second(1)),
                       make_occurrence(identity, at_second(1001)),
                       make_occurrence(identity, at_second(2))}));
  EXPECT_EQ(get(id).status, Status::new_);
}

TEST_P(RecordingWithoutReopening, LeavesAResolvedSignatureResolved) {
  const auto identity = make_identity("a");
  const SignatureId id = record(identity, 10).id;
  must(store().execute(id, Resolve{}));

  const Signature counted = record(identity, 5000);
  EXPECT_EQ(counted.status, Status::resolved);
  EXPECT_EQ(counted.occurrence_count, 2U);
  EXPECT_EQ(counted.last_seen, at_second(5000));
}

}  // namespace
}  // namespace rounds::test
