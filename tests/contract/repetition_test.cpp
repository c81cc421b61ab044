// Occurrences that come again: each is counted once within the window.
#include <chrono>
#include <span>

#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

using std::chrono::seconds;

RepetitionKey key(std::uint64_t number) {
  return {number, number * 0x9E3779B97F4A7C15ULL};
}

OccurrenceKeys of_record(std::uint64_t delivery) {
  return {key(delivery), {}, OccurrenceSource::log_record};
}

OccurrenceKeys on_span(std::uint64_t delivery, std::uint64_t failure) {
  return {key(delivery), key(failure), OccurrenceSource::span_event};
}

OccurrenceKeys on_log(std::uint64_t delivery, std::uint64_t failure) {
  return {key(delivery), key(failure), OccurrenceSource::log_record};
}

class Repetition : public ContractTest {
 protected:
  explicit Repetition(seconds window = default_dedup_window) : ContractTest({}, window) {}

  // Records an occurrence of `identity_` for each of the keys, a second after each other.
  Repeats send(std::vector<OccurrenceKeys> keys, std::optional<std::uint64_t> batch = {}) {
    RecordOccurrences record;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      record.occurrences.push_back(
          make_occurrence(identity_, at_second(static_cast<std::int64_t>(i))));
    }
    record.keys = std::move(keys);
    if (batch) record.batch_key = key(*batch);
    return must(store().submit_and_wait(std::move(record))).repeats;
  }

  [[nodiscard]] std::uint64_t counted() { return must(store().get_stats()).occurrence_count; }

  void wait(seconds duration) { clock().set(clock().now() + duration); }

  std::shared_ptr<const SignatureIdentity> identity_ = make_identity("a");
};
ROUNDS_ON_EVERY_STORE(Repetition);

class RepetitionWithoutWindow : public Repetition {
 protected:
  RepetitionWithoutWindow() : Repetition(seconds{0}) {}
};
ROUNDS_ON_EVERY_STORE(RepetitionWithoutWindow);

TEST_P(Repetition, ABatchThatIsSentAgainCountsOnce) {
  EXPECT_EQ(send({of_record(1), of_record(2)}, 100), Repeats{});
  const Snapshot before = snapshot(store());
  EXPECT_EQ(send({of_record(1), of_record(2)}, 100), (Repeats{.sent_again = 2}));
  EXPECT_EQ(snapshot(store()), before);
  EXPECT_EQ(counted(), 2U);
}

TEST_P(Repetition, ARecordThatIsSentAgainInAnotherBatchCountsOnce) {
  EXPECT_EQ(send({of_record(1), of_record(2), of_record(3)}, 100), Repeats{});
  EXPECT_EQ(send({of_record(2), of_record(4)}, 101), (Repeats{.sent_again = 1}));
  EXPECT_EQ(send({of_record(4), of_record(3)}), (Repeats{.sent_again = 2}));
  EXPECT_EQ(counted(), 4U);
}

TEST_P(Repetition, EqualRecordsOfOneBatchAreAsManyOccurrences) {
  EXPECT_EQ(send({of_record(1), of_record(1), of_record(1)}), Repeats{});
  EXPECT_EQ(counted(), 3U);
  EXPECT_EQ(send({of_record(1), of_record(1)}), (Repeats{.sent_again = 2}));
  EXPECT_EQ(send({of_record(1), of_record(1), of_record(1), of_record(1)}),
            (Repeats{.sent_again = 3}));
  EXPECT_EQ(counted(), 4U);
}

TEST_P(Repetition, RecordsWithoutKeysOfTheirOwnCountEachTime) {
  EXPECT_EQ(send({OccurrenceKeys{}, OccurrenceKeys{}}), Repeats{});
  EXPECT_EQ(send({OccurrenceKeys{}, of_record(1)}), Repeats{});
  EXPECT_EQ(send({OccurrenceKeys{}, of_record(1)}), (Repeats{.sent_again = 1}));
  EXPECT_EQ(counted(), 5U);
}

TEST_P(Repetition, AFailureOnASpanAndOnItsLogRecordCountsOnceWhicheverComesFirst) {
  EXPECT_EQ(send({on_span(1, 50)}), Repeats{});
  EXPECT_EQ(send({on_log(2, 50)}), (Repeats{.on_span_and_log = 1}));
  EXPECT_EQ(send({on_log(3, 51)}), Repeats{});
  EXPECT_EQ(send({on_span(4, 51)}), (Repeats{.on_span_and_log = 1}));
  EXPECT_EQ(send({on_span(5, 52), on_log(6, 52)}), (Repeats{.on_span_and_log = 1}));
  EXPECT_EQ(counted(), 3U);
}

TEST_P(Repetition, AFailureCountsAsOftenAsTheSpanOrTheLogTellsOfItWhicheverIsMore) {
  send({on_span(1, 50), on_span(2, 50), on_span(3, 50)});
  EXPECT_EQ(counted(), 3U);
  EXPECT_EQ(send({on_log(4, 50), on_log(5, 50), on_log(6, 50), on_log(7, 50)}),
            (Repeats{.on_span_and_log = 3}));
  EXPECT_EQ(counted(), 4U);
}

TEST_P(Repetition, ARepeatOfOneSideDoesNotCountForTheOther) {
  send({on_span(1, 50)});
  send({on_span(1, 50)});
  EXPECT_EQ(send({on_log(2, 50), on_log(2, 50)}), (Repeats{.on_span_and_log = 1}));
  EXPECT_EQ(send({on_log(2, 50)}), (Repeats{.sent_again = 1}));
  EXPECT_EQ(counted(), 2U);
}

TEST_P(Repetition, WhatIsLeftOutIsInNoCountTimeOrExemplar) {
  send({of_record(2), of_record(3)});
  EXPECT_EQ(send({of_record(1), of_record(2), of_record(3), of_record(4), of_record(5)}),
            (Repeats{.sent_again = 2}));
  const std::vector<Event> history = history_of(store(), get(identity_->fingerprint).id);
  ASSERT_EQ(history.size(), 2U);
  const auto exemplar = [&](int second) {
    return make_occurrence(identity_, at_second(second)).exemplar;
  };
  EXPECT_EQ(
      std::get<OccurrencesRecorded>(history[1].payload).occurrences,
      (OccurrenceSummary{3, at_second(0), at_second(4), {exemplar(0), exemplar(3), exemplar(4)}}));
}

TEST_P(Repetition, CountsAgainOnceTheWindowIsOver) {
  send({on_span(1, 50), of_record(2)}, 100);
  wait(default_dedup_window);
  EXPECT_EQ(send({on_span(1, 50), of_record(2)}, 100), (Repeats{.sent_again = 2}));
  EXPECT_EQ(send({of_record(2), on_log(3, 50)}), (Repeats{.sent_again = 1, .on_span_and_log = 1}));
  wait(seconds{1});
  EXPECT_EQ(send({on_span(1, 50), of_record(2)}, 100), Repeats{});
  EXPECT_EQ(counted(), 4U);
}

TEST_P(Repetition, AClockThatJumpsBackMakesNothingForgottenOrCountedAgain) {
  send({of_record(1)});
  wait(seconds{500});
  send({of_record(2)});
  wait(seconds{-1'000'000});
  EXPECT_EQ(send({of_record(1), of_record(2)}), (Repeats{.sent_again = 2}));
  send({of_record(3)});  // at second 500, whatever the clock says
  wait(seconds{1'000'000 + 500});
  EXPECT_EQ(send({of_record(1), of_record(2), of_record(3)}), (Repeats{.sent_again = 2}));
}

TEST_P(Repetition, IsKnownAfterOpeningAgain) {
  send({of_record(1), on_span(2, 50)}, 100);
  send({on_log(3, 50)});  // nothing new: no event tells of it
  wait(seconds{300});
  send({on_log(4, 51)}, 101);
  fixture().reopen();
  EXPECT_EQ(send({of_record(1), on_span(2, 50)}, 100), (Repeats{.sent_again = 2}));
  EXPECT_EQ(send({on_span(2, 50), of_record(1)}), (Repeats{.sent_again = 2}));
  EXPECT_EQ(send({on_span(5, 51)}), (Repeats{.on_span_and_log = 1}));
  EXPECT_EQ(send({on_log(6, 50)}), Repeats{});  // the second one on the log
  EXPECT_EQ(counted(), 4U);
  fixture().rebuild_projections();
  wait(seconds{301});
  EXPECT_EQ(send({of_record(1)}), Repeats{});
  EXPECT_EQ(send({on_log(4, 51)}, 101), (Repeats{.sent_again = 1}));
}

TEST_P(Repetition, WhatWasRefusedIsNotKnown) {
  RecordOccurrences invalid{{make_occurrence(identity_, at_second(1))}, {}, {of_record(1)}, key(9)};
  invalid.occurrences[0].exemplar.time = max_timestamp + std::chrono::microseconds{1};
  EXPECT_TRUE(fails_with(store().submit_and_wait(invalid), ErrorCode::invalid_argument));
  EXPECT_EQ(send({of_record(1)}, 9), Repeats{});
  EXPECT_EQ(counted(), 1U);
}

TEST_P(RepetitionWithoutWindow, EachCounts) {
  send({on_span(1, 50), on_log(2, 50)}, 100);
  EXPECT_EQ(send({on_span(1, 50), on_log(2, 50)}, 100), Repeats{});
  EXPECT_EQ(counted(), 4U);
}

}  // namespace
}  // namespace rounds::test
