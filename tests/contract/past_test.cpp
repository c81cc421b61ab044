// The past: what a signature and the statistics were at any place of the log.
#include <algorithm>

#include <gtest/gtest.h>

#include "core/lifecycle.hpp"
#include "store/memory_store.hpp"
#include "tests/contract/contract_test.hpp"
#include "tests/contract/random_commands.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

class Past : public ContractTest {
 protected:
  // Whole histories together are the log.
  std::vector<Event> whole_log() {
    std::vector<Event> log;
    for (const auto& [id, history] : snapshot(store()).histories) {
      std::ranges::copy(history, std::back_inserter(log));
    }
    std::ranges::sort(log, {}, &Event::sequence);
    return log;
  }

  // What the store says of the moment, about every signature and altogether, is what `then` says.
  void expect_past(const Moment& moment, const std::map<SignatureId, Signature>& then,
                   Sequence sequence, const std::vector<SignatureId>& ids) {
    std::vector<Signature> all;
    for (const SignatureId& id : ids) {
      const auto known = then.find(id);
      const auto expected = known == then.end() ? std::nullopt : std::optional(known->second);
      ASSERT_EQ(must(store().as_of(id, moment)), expected) << format_moment(moment);
      if (expected) all.push_back(*expected);
    }
    ASSERT_EQ(must(store().get_stats_as_of(moment)), recount(all, sequence))
        << format_moment(moment);
  }

  // Folds the log event by event, and compares at every sequence and at every time.
  void expect_every_moment() {
    const std::vector<Event> log = whole_log();
    std::vector<SignatureId> ids{SignatureId{}};  // and one that never was
    for (const Event& event : log) {
      if (event.version == 1) ids.push_back(event.signature_id);
    }
    std::map<SignatureId, Signature> then;
    ASSERT_NO_FATAL_FAILURE(expect_past(Sequence{0}, then, 0, ids));
    if (!log.empty()) {
      const Moment before = log.front().time - std::chrono::microseconds{1};
      ASSERT_NO_FATAL_FAILURE(expect_past(before, then, 0, ids));
    }
    for (const Event& event : log) {
      const auto present = then.find(event.signature_id);
      then[event.signature_id] = must(
          evolve(present == then.end() ? std::nullopt : std::optional(present->second), event));
      ASSERT_NO_FATAL_FAILURE(expect_past(event.sequence, then, event.sequence, ids));
      const bool last_of_its_time =
          event.sequence == log.size() || log[event.sequence].time > event.time;
      if (!last_of_its_time) continue;
      ASSERT_NO_FATAL_FAILURE(expect_past(event.time, then, event.sequence, ids));
    }
  }
};
ROUNDS_ON_EVERY_STORE(Past);

TEST_P(Past, OfASignatureIsWhatItWasRightBehindEachEvent) {
  const auto identity = make_identity("a");
  std::vector<Signature> states;
  states.push_back(record(identity, 10));
  record(make_identity("other"), 10);
  states.push_back(must(store().execute(states[0].id, Diagnose{make_diagnosis()})));
  states.push_back(must(store().execute(states[0].id, Resolve{"raise it"})));
  record(make_identity("other"), 20);
  states.push_back(must(store().execute(states[0].id, Retriage{})));
  for (const bool reopened : {false, true}) {
    if (reopened) fixture().reopen();
    for (std::size_t i = 0; i < states.size(); ++i) {
      const Sequence next = i + 1 < states.size() ? states[i + 1].last_sequence
                                                  : must(store().get_stats()).sequence + 1;
      for (Sequence moment = states[i].last_sequence; moment < next; ++moment) {
        EXPECT_EQ(must(store().as_of(states[0].id, moment)), states[i]) << moment;
        EXPECT_EQ(must(store().get_by_fingerprint_as_of(identity->fingerprint, moment)), states[i]);
      }
    }
  }
}

TEST_P(Past, ByTimeHoldsAllEventsOfThatTimeAndNoneLater) {
  const auto identity = make_identity("a");
  const Signature first = record(identity, 10);
  clock().set(at_second(2000));
  record(identity, 10);
  const Signature second = record(identity, 11);
  clock().set(at_second(3000));
  const Signature last = record(identity, 12);
  const auto at = [&](Timestamp time) { return must(store().as_of(first.id, time)); };
  EXPECT_EQ(at(at_second(999)), std::nullopt);
  EXPECT_EQ(at(at_second(1000)), first);
  EXPECT_EQ(at(at_second(1999)), first);
  EXPECT_EQ(at(at_second(2000)), second);
  EXPECT_EQ(at(at_second(2999)), second);
  EXPECT_EQ(at(at_second(3000)), last);
  EXPECT_EQ(at(at_second(9000)), last) << "a time that has not come yet means now";
  EXPECT_EQ(at(max_timestamp), last);
  EXPECT_EQ(at(min_timestamp), std::nullopt);
}

TEST_P(Past, StandsStillWhileTheClockIsBehind) {
  const auto identity = make_identity("a");
  const Signature first = record(identity, 10);
  clock().set(at_second(500));
  const Signature second = record(identity, 11);
  EXPECT_EQ(must(store().as_of(first.id, at_second(500))), std::nullopt);
  EXPECT_EQ(must(store().as_of(first.id, at_second(1000))), second);
}

TEST_P(Past, HasNoneOfWhatCameLaterOrNever) {
  record(make_identity("a"), 10);
  const Signature late = record(make_identity("late"), 10);
  EXPECT_EQ(must(store().as_of(late.id, Sequence{0})), std::nullopt);
  EXPECT_EQ(must(store().as_of(late.id, Sequence{1})), std::nullopt);
  EXPECT_EQ(must(store().as_of(late.id, Sequence{2})), late);
  EXPECT_EQ(must(store().get_by_fingerprint_as_of(late.identity->fingerprint, Sequence{1})),
            std::nullopt);
  EXPECT_EQ(must(store().as_of(SignatureId{}, Sequence{2})), std::nullopt);
  EXPECT_EQ(must(store().get_by_fingerprint_as_of("nobody", Sequence{2})), std::nullopt);
}

TEST_P(Past, DoesNotReachBehindTheEnd) {
  const Signature signature = record(make_identity("a"), 10);
  for (const Sequence sequence : {Sequence{2}, ~Sequence{0}}) {
    const auto answer = store().as_of(signature.id, sequence);
    ASSERT_TRUE(fails_with(answer, ErrorCode::invalid_argument));
    EXPECT_EQ(answer.error(), behind_the_end(sequence, 1));
    EXPECT_TRUE(fails_with(store().as_of(SignatureId{}, sequence), ErrorCode::invalid_argument));
    EXPECT_TRUE(fails_with(store().get_stats_as_of(sequence), ErrorCode::invalid_argument));
  }
}

TEST_P(Past, OfAnEmptyStoreIsEmpty) {
  EXPECT_EQ(must(store().get_stats_as_of(Sequence{0})), StoreStats{});
  EXPECT_EQ(must(store().get_stats_as_of(at_second(5000))), StoreStats{});
  EXPECT_EQ(must(store().as_of(SignatureId{}, at_second(5000))), std::nullopt);
  EXPECT_TRUE(fails_with(store().get_stats_as_of(Sequence{1}), ErrorCode::invalid_argument));
}

TEST_P(Past, OfAClosedStoreIsUnavailable) {
  must(store().close());
  EXPECT_TRUE(fails_with(store().as_of(SignatureId{}, Sequence{0}), ErrorCode::unavailable));
  EXPECT_TRUE(fails_with(store().get_stats_as_of(Sequence{0}), ErrorCode::unavailable));
}

TEST_P(Past, OfALongHistoryIsFoldedAcrossItsPages) {
  const auto identity = make_identity("a");
  constexpr std::size_t rounds = 2 * limits::max_page_size + 7;
  const SignatureId id = record(identity, 10).id;
  for (std::size_t i = 1; i < rounds; ++i) {
    must(store().submit_and_wait(RecordOccurrences{{make_occurrence(identity, at_second(10))},
                                                   {.durability = Durability::buffered}}));
  }
  for (const std::size_t version : {std::size_t{1}, limits::max_page_size - 1,
                                    limits::max_page_size, limits::max_page_size + 1, rounds}) {
    const auto then = must(store().as_of(id, Sequence{version}));
    ASSERT_TRUE(then);
    EXPECT_EQ(then->version, version);
    EXPECT_EQ(then->occurrence_count, version);
  }
}

TEST_P(Past, EqualsAPlainFoldAtEveryMomentOfRandomWorkloads) {
  RandomCommands commands(random_seed());
  const std::uint64_t steps = random_rounds(150);
  for (std::uint64_t i = 0; i < steps; ++i) {
    clock().set(clock().now() + std::chrono::seconds{commands.below(3)});
    const Submission submission = commands.next(store(), clock().now());
    static_cast<void>(store().submit_and_wait(submission));  // some are refused
    ASSERT_EQ(must(store().get_stats_as_of(max_timestamp)), must(store().get_stats()))
        << describe(submission);
  }
  ASSERT_GT(must(store().get_stats()).sequence, steps / 4) << "hardly anything happened";
  ASSERT_NO_FATAL_FAILURE(expect_every_moment());
  fixture().reopen();
  ASSERT_NO_FATAL_FAILURE(expect_every_moment());
}

}  // namespace
}  // namespace rounds::test
