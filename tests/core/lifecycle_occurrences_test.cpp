#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/lifecycle.hpp"
#include "core/limits.hpp"
#include "tests/core/lifecycle_support.hpp"
#include "tests/support/samples.hpp"

namespace rounds {
namespace {

using test::at_second;
using test::summarize;

constexpr LifecyclePolicy reopen{.reopen_on_regression = true};
constexpr LifecyclePolicy stay_resolved{.reopen_on_regression = false};
constexpr std::chrono::microseconds tick{1};

Signature record(const Signature& state, const OccurrenceSummary& summary,
                 const LifecyclePolicy& policy = reopen) {
  return test::fold(state, decide_occurrences(&state, state.identity, summary, policy),
                    at_second(60));
}

TEST(RecordOccurrences, CreateANewSignature) {
  const auto identity = test::make_identity("fresh");
  OccurrenceSummary summary;
  for (const int second : {7, 3, 5}) {
    summary.add(test::make_occurrence(identity, at_second(second)).exemplar);
  }
  const auto events = decide_occurrences(nullptr, identity, summary, reopen);
  EXPECT_EQ(events, (std::vector<EventPayload>{SignatureDetected{identity, summary}}));

  const SignatureId id = SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91").value();
  const auto state = evolve(std::nullopt, Event{12, id, 1, at_second(60), {}, events.front()});
  ASSERT_TRUE(state);
  Signature expected;
  expected.id = id;
  expected.identity = identity;
  expected.first_seen = at_second(3);
  expected.last_seen = at_second(7);
  expected.occurrence_count = 3;
  expected.status = Status::new_;
  expected.version = 1;
  expected.last_sequence = 12;
  EXPECT_EQ(*state, expected);
}

TEST(RecordOccurrences, CountInEveryStatusAndKeepIt) {
  for (const Status status : all_statuses) {
    Signature expected = test::make_signature(status, test::share_diagnosis("kept"));
    const auto before = expected;
    expected.occurrence_count += 4;
    expected.last_seen = at_second(25);  // before the resolution
    ++expected.version;
    ++expected.last_sequence;
    EXPECT_EQ(record(before, summarize(4, at_second(15), at_second(25))), expected);
  }
}

TEST(RecordOccurrences, OutOfOrderNeverNarrowTheTimeRange) {
  const Signature before = test::make_signature(Status::new_, nullptr);  // seconds 10 to 20
  const Signature late = record(before, summarize(1, at_second(5), at_second(5)));
  EXPECT_EQ(late.first_seen, at_second(5));
  EXPECT_EQ(late.last_seen, at_second(20));
  const Signature inside = record(late, summarize(2, at_second(12), at_second(13)));
  EXPECT_EQ(inside.first_seen, at_second(5));
  EXPECT_EQ(inside.last_seen, at_second(20));
  const Signature around = record(inside, summarize(3, at_second(1), at_second(30)));
  EXPECT_EQ(around.first_seen, at_second(1));
  EXPECT_EQ(around.last_seen, at_second(30));
  EXPECT_EQ(around.occurrence_count, 16U);
}

TEST(RecordOccurrences, LaterThanTheResolutionAreARegression) {
  const auto diagnosis = test::share_diagnosis("kept");
  const Signature before = test::make_signature(Status::resolved, diagnosis);  // at second 30
  const auto summary = summarize(2, at_second(20), at_second(30) + tick);
  const auto events = decide_occurrences(&before, before.identity, summary, reopen);
  EXPECT_EQ(test::kinds(events),
            (std::vector<std::string>{"occurrences_recorded", "signature_regressed"}));
  Signature expected = before;
  expected.status = Status::new_;
  expected.resolved_at.reset();
  expected.occurrence_count += 2;
  expected.last_seen = at_second(30) + tick;
  expected.version += 2;
  expected.last_sequence += 2;
  EXPECT_EQ(test::fold(before, events, at_second(60)), expected);
}

TEST(RecordOccurrences, AtTheVeryTimeOfTheResolutionAreNoRegression) {
  const Signature before = test::make_signature(Status::resolved, nullptr);
  const Signature after = record(before, summarize(1, at_second(30), at_second(30)));
  EXPECT_EQ(after.status, Status::resolved);
  EXPECT_EQ(after.resolved_at, before.resolved_at);
  EXPECT_EQ(after.last_seen, at_second(30));
}

TEST(RecordOccurrences, NeverReopenWhenThePolicySaysSo) {
  const Signature before = test::make_signature(Status::resolved, nullptr);
  const Signature after = record(before, summarize(1, at_second(40), at_second(40)), stay_resolved);
  EXPECT_EQ(after.status, Status::resolved);
  EXPECT_EQ(after.occurrence_count, 11U);
}

TEST(RecordOccurrences, ReopenByDefault) {
  EXPECT_TRUE(LifecyclePolicy{}.reopen_on_regression);
}

TEST(RecordOccurrences, NeverReopenAMutedSignature) {
  const Signature before = test::make_signature(Status::muted, nullptr);
  EXPECT_EQ(record(before, summarize(1, at_second(99), at_second(99))).status, Status::muted);
}

TEST(RecordOccurrences, AreMeasuredAgainstTheLatestResolution) {
  Signature state = test::make_signature(Status::resolved, nullptr);
  state = record(state, summarize(1, at_second(40), at_second(40)));
  ASSERT_EQ(state.status, Status::new_);
  state = test::fold(state, decide(state, Resolve{}).value(), at_second(50));
  EXPECT_EQ(record(state, summarize(1, at_second(45), at_second(45))).status, Status::resolved);
  EXPECT_EQ(record(state, summarize(1, at_second(51), at_second(51))).status, Status::new_);
}

TEST(RecordOccurrencesDeathTest, NeedAtLeastOne) {
  const Signature state = test::make_signature(Status::new_, nullptr);
  EXPECT_DEATH(record(state, OccurrenceSummary{}), "at least one");
}

}  // namespace
}  // namespace rounds
