// What evolve refuses: events that cannot follow the state.
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/lifecycle.hpp"
#include "tests/core/lifecycle_support.hpp"
#include "tests/support/samples.hpp"

namespace rounds {
namespace {

using test::at_second;
using testing::HasSubstr;

Signature state_at_version_7() {
  return test::make_signature(Status::new_, nullptr);
}

void expect_corruption(const std::optional<Signature>& state, const Event& event) {
  const auto next = evolve(state, event);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::corruption);
  EXPECT_THAT(next.error().message, HasSubstr("event " + std::to_string(event.sequence)));
  EXPECT_THAT(next.error().message, HasSubstr(event.signature_id.to_string()));
}

// One event of each kind that creates a signature.
std::vector<EventPayload> creating_events() {
  const Signature signature = state_at_version_7();
  return {SignatureDetected{signature.identity, test::summarize(1, at_second(1), at_second(1))},
          SignatureImported{signature}};
}

// One event of each other kind.
std::vector<EventPayload> following_events() {
  return {OccurrencesRecorded{test::summarize(1, at_second(1), at_second(1))},
          SignatureRegressed{},
          InvestigationStarted{},
          InvestigationReverted{},
          SignatureDiagnosed{test::share_diagnosis("pool")},
          SignatureResolved{},
          SignatureMuted{},
          SignatureRetriaged{},
          SignatureRestored{},
          TagsChanged{},
          FingerprintsAdded{{"another"}}};
}

TEST(Evolve, KnowsEveryKindOfEvent) {
  EXPECT_EQ(creating_events().size() + following_events().size(),
            std::variant_size_v<EventPayload>);
}

TEST(Evolve, TakesVersionAndSequenceFromTheEvent) {
  const Signature state = state_at_version_7();
  for (const EventPayload& payload : following_events()) {
    const auto next = evolve(state, {99, state.id, 8, at_second(50), {}, payload});
    ASSERT_TRUE(next) << kind_name(payload);
    EXPECT_EQ(next->version, 8U);
    EXPECT_EQ(next->last_sequence, 99U);
    EXPECT_EQ(next->id, state.id);
  }
}

TEST(Evolve, AddsFingerprintsBehindThoseThatAreThere) {
  Signature state = state_at_version_7();
  for (const std::string name : {"first", "second"}) {
    const EventPayload payload = FingerprintsAdded{{name}};
    state = *evolve(state, {99, state.id, state.version + 1, at_second(50), {}, payload});
  }
  EXPECT_EQ(*state.aliases, (FingerprintAliases{"first", "second"}));
  EXPECT_TRUE(answers_to(state, "first"));
  EXPECT_TRUE(answers_to(state, state.identity->fingerprint));
  EXPECT_FALSE(answers_to(state, "third"));
}

TEST(Evolve, RefusesAGapARepetitionAndAStepBack) {
  const Signature state = state_at_version_7();
  for (const EventPayload& payload : following_events()) {
    for (const Version version : {Version{0}, Version{6}, Version{7}, Version{9}}) {
      expect_corruption(state, {99, state.id, version, at_second(50), {}, payload});
    }
  }
}

TEST(Evolve, RefusesTheEventOfAnotherSignature) {
  const Signature state = state_at_version_7();
  SignatureId other = state.id;
  other.bytes[15] ^= 1U;
  for (const EventPayload& payload : following_events()) {
    expect_corruption(state, {99, other, 8, at_second(50), {}, payload});
  }
}

TEST(Evolve, RefusesToCreateASignatureTwice) {
  const Signature state = state_at_version_7();
  for (const EventPayload& payload : creating_events()) {
    expect_corruption(state, {99, state.id, 8, at_second(50), {}, payload});
  }
}

TEST(Evolve, CreatesASignatureAtVersion1Only) {
  const SignatureId id = state_at_version_7().id;
  for (const EventPayload& payload : creating_events()) {
    expect_corruption(std::nullopt, {99, id, 0, at_second(50), {}, payload});
    expect_corruption(std::nullopt, {99, id, 2, at_second(50), {}, payload});
    EXPECT_TRUE(evolve(std::nullopt, {99, id, 1, at_second(50), {}, payload}));
  }
}

TEST(Evolve, RefusesToBeginWithAnEventThatCreatesNothing) {
  const SignatureId id = state_at_version_7().id;
  for (const EventPayload& payload : following_events()) {
    expect_corruption(std::nullopt, {99, id, 1, at_second(50), {}, payload});
  }
}

TEST(Evolve, GivesAnImportedSignatureTheIdOfTheEnvelope) {
  SignatureId id = state_at_version_7().id;
  id.bytes[15] ^= 1U;
  const auto state =
      evolve(std::nullopt, {99, id, 1, at_second(50), {}, SignatureImported{state_at_version_7()}});
  ASSERT_TRUE(state);
  EXPECT_EQ(state->id, id);
}

TEST(Evolve, ARunOfOccurrencesGivesTheStateThatItsEventsGiveOneByOne) {
  const Signature before = test::make_signature(Status::diagnosed, nullptr);
  const auto time = [](int second) { return at_second(second); };
  Signature expected = before;
  RecordedRun run;
  for (const auto& [count, first, last] :
       {std::tuple{3U, 400, 500}, {1U, -5, -5}, {7U, 450, 600}}) {
    const Event event = test::follow(
        expected, OccurrencesRecorded{test::summarize(count, time(first), time(last))}, time(700));
    ASSERT_TRUE(extend(run, before.id, expected.version, event));
    auto next = evolve(std::optional(expected), event);
    ASSERT_TRUE(next);
    expected = *std::move(next);
  }
  Signature state = before;
  evolve(state, run);
  EXPECT_EQ(state, expected);
}

TEST(Evolve, ARunTakesNoEventThatCannotFollow) {
  const Signature before = test::make_signature(Status::new_, nullptr);
  Event event = test::follow(
      before, OccurrencesRecorded{test::summarize(1, at_second(1), at_second(1))}, at_second(2));
  RecordedRun run;
  event.version += 1;
  const auto gap = extend(run, before.id, before.version, event);
  ASSERT_FALSE(gap);
  EXPECT_EQ(gap.error().code, ErrorCode::corruption);
  event.version -= 1;
  event.signature_id.bytes[0] ^= 1U;
  EXPECT_FALSE(extend(run, before.id, before.version, event));
  EXPECT_EQ(run.version, 0U);
}

}  // namespace
}  // namespace rounds
