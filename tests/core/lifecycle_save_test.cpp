// A save of a whole signature: the events are the difference.
#include <memory>
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
using test::make_signature;
using testing::HasSubstr;
using Kinds = std::vector<std::string>;

constexpr std::chrono::microseconds tick{1};

std::vector<std::shared_ptr<const Diagnosis>> diagnoses() {
  return {nullptr, test::share_diagnosis("pool"), test::share_diagnosis("disk")};
}

// Calls `check(state, target)` for every pair of states that differ in status and diagnosis alone,
// and for those that are equal.
template <typename Check>
void for_each_pair(Check check) {
  for (const Status from : all_statuses) {
    for (const auto& present : diagnoses()) {
      for (const Status to : all_statuses) {
        for (const auto& wanted : diagnoses()) {
          const Signature state = make_signature(from, present);
          Signature target = state;
          target.status = to;
          target.diagnosis = wanted;
          SCOPED_TRACE(testing::PrintToString(state) + " -> " + testing::PrintToString(target));
          check(state, target);
        }
      }
    }
  }
}

// `signature` without what a save cannot choose.
Signature chosen_part(Signature signature) {
  signature.version = 0;
  signature.last_sequence = 0;
  signature.resolved_at.reset();
  return signature;
}

TEST(Save, ReachesEveryStatusAndDiagnosisFromEveryOther) {
  for_each_pair([](const Signature& state, const Signature& target) {
    const auto events = decide_save(&state, target);
    ASSERT_TRUE(events) << events.error().message;
    const Signature saved = test::fold(state, *events, at_second(50));
    EXPECT_EQ(chosen_part(saved), chosen_part(target));
    EXPECT_EQ(saved.resolved_at.has_value(), saved.status == Status::resolved);
    EXPECT_EQ(events->empty(), chosen_part(state) == chosen_part(target));
    EXPECT_LE(events->size(), 1U);
  });
}

TEST(Save, ReachesEveryStateTogetherWithOccurrencesAndTags) {
  for_each_pair([](const Signature& state, Signature target) {
    target.occurrence_count += 3;
    target.first_seen = at_second(1);
    target.last_seen = at_second(70);
    target.tags = {"db", "web"};
    const auto events = decide_save(&state, target);
    ASSERT_TRUE(events) << events.error().message;
    EXPECT_EQ(chosen_part(test::fold(state, *events, at_second(50))), chosen_part(target));
  });
}

TEST(Save, ExpressesAChangeByTheEventOfItsMeaning) {
  struct Change {
    Status from;
    std::shared_ptr<const Diagnosis> present;
    Status to;
    std::shared_ptr<const Diagnosis> wanted;
    std::string event;
  };
  const auto pool = test::share_diagnosis("pool");
  const auto disk = test::share_diagnosis("disk");
  const std::vector<Change> changes{
      {Status::new_, nullptr, Status::investigating, nullptr, "investigation_started"},
      {Status::new_, pool, Status::investigating, pool, "investigation_started"},
      {Status::investigating, nullptr, Status::new_, nullptr, "investigation_reverted"},
      {Status::investigating, pool, Status::new_, pool, "investigation_reverted"},
      {Status::investigating, nullptr, Status::diagnosed, pool, "signature_diagnosed"},
      {Status::diagnosed, pool, Status::diagnosed, disk, "signature_diagnosed"},
      {Status::diagnosed, pool, Status::resolved, pool, "signature_resolved"},
      {Status::muted, nullptr, Status::resolved, nullptr, "signature_resolved"},
      {Status::resolved, pool, Status::muted, pool, "signature_muted"},
      {Status::diagnosed, pool, Status::new_, nullptr, "signature_retriaged"},
      {Status::investigating, pool, Status::new_, nullptr, "signature_retriaged"},
      {Status::muted, nullptr, Status::new_, nullptr, "signature_retriaged"},
      {Status::diagnosed, pool, Status::investigating, pool, "signature_restored"},
      {Status::muted, nullptr, Status::diagnosed, pool, "signature_restored"},
      {Status::new_, nullptr, Status::resolved, pool, "signature_restored"},
  };
  for (const Change& change : changes) {
    const Signature state = make_signature(change.from, change.present);
    Signature target = state;
    target.status = change.to;
    target.diagnosis = change.wanted;
    SCOPED_TRACE(testing::PrintToString(state) + " -> " + testing::PrintToString(target));
    EXPECT_EQ(test::kinds(decide_save(&state, target).value()), Kinds{change.event});
  }
}

TEST(Save, RecordsTheOccurrencesThatAreNew) {
  const Signature state = make_signature(Status::muted, nullptr);
  Signature target = state;
  target.occurrence_count += 5;
  target.last_seen = at_second(99);
  EXPECT_EQ(decide_save(&state, target), (std::vector<EventPayload>{OccurrencesRecorded{
                                             test::summarize(5, at_second(10), at_second(99))}}));
}

TEST(Save, OfAChangedDiagnosisKeepsTheTimeOfTheResolution) {
  const Signature state = make_signature(Status::resolved, test::share_diagnosis("pool"));
  Signature target = state;
  target.diagnosis = test::share_diagnosis("disk");
  const Signature saved = test::fold(state, decide_save(&state, target).value(), at_second(99));
  EXPECT_EQ(saved.resolved_at, state.resolved_at);
}

TEST(Save, IsAConflictWhenSomethingWouldShrink) {
  const Signature state = make_signature(Status::new_, nullptr);
  const auto expect_conflict = [&](auto change) {
    Signature target = state;
    change(target);
    const auto events = decide_save(&state, target);
    ASSERT_FALSE(events);
    EXPECT_EQ(events.error().code, ErrorCode::conflict);
    EXPECT_THAT(events.error().message, HasSubstr(state.id.to_string()));
  };
  expect_conflict([](Signature& target) { --target.occurrence_count; });
  expect_conflict([](Signature& target) { target.first_seen += tick; });
  expect_conflict([](Signature& target) { target.last_seen -= tick; });
  expect_conflict([](Signature& target) {
    target.occurrence_count += 9;
    target.last_seen -= tick;
  });
}

TEST(Save, IsAConflictWhenTheTimeRangeGrowsWithoutAnOccurrence) {
  const Signature state = make_signature(Status::new_, nullptr);
  Signature target = state;
  target.last_seen += tick;
  EXPECT_EQ(decide_save(&state, target).error().code, ErrorCode::conflict);
  target = state;
  target.first_seen -= tick;
  EXPECT_EQ(decide_save(&state, target).error().code, ErrorCode::conflict);
}

TEST(Save, IsAConflictWhenIdOrIdentityWouldChange) {
  const Signature state = make_signature(Status::new_, nullptr);
  Signature target = state;
  target.id.bytes[0] ^= 1U;
  EXPECT_EQ(decide_save(&state, target).error().code, ErrorCode::conflict);
  for (std::string SignatureIdentity::* field :
       {&SignatureIdentity::fingerprint, &SignatureIdentity::error_type,
        &SignatureIdentity::service, &SignatureIdentity::message_template,
        &SignatureIdentity::stack_hash}) {
    SignatureIdentity identity = *state.identity;
    identity.*field += "x";
    target = state;
    target.identity = std::make_shared<const SignatureIdentity>(identity);
    EXPECT_EQ(decide_save(&state, target).error().code, ErrorCode::conflict);
  }
}

TEST(Save, ComparesTheIdentityByValue) {
  const Signature state = make_signature(Status::new_, nullptr);
  Signature target = state;
  target.identity = std::make_shared<const SignatureIdentity>(*state.identity);
  EXPECT_EQ(decide_save(&state, target), std::vector<EventPayload>{});
}

TEST(Save, RefusesAMalformedTarget) {
  const Signature state = make_signature(Status::new_, nullptr);
  Signature target = state;
  target.tags = {"unsorted", "tags"};
  EXPECT_EQ(decide_save(&state, target).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decide_save(nullptr, target).error().code, ErrorCode::invalid_argument);
}

TEST(Save, CreatesAnAbsentSignatureAsGiven) {
  for (const Status status : all_statuses) {
    const Signature target = make_signature(status, test::share_diagnosis("pool"));
    const auto events = decide_save(nullptr, target);
    ASSERT_TRUE(events);
    ASSERT_EQ(test::kinds(*events), Kinds{"signature_imported"});
    const auto saved = evolve(std::nullopt, {5, target.id, 1, at_second(50), {}, events->front()});
    ASSERT_TRUE(saved);
    Signature expected = target;
    expected.version = 1;
    expected.last_sequence = 5;
    if (status == Status::resolved) expected.resolved_at = at_second(50);
    EXPECT_EQ(*saved, expected);
  }
}

}  // namespace
}  // namespace rounds
