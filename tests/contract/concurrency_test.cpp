// Many threads at once: no count is lost, and every answer is one state of the store.
#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "core/lifecycle.hpp"
#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

constexpr int writer_count = 4;

// Runs `work(number)` on that many threads at once and waits for all of them.
template <typename Work>
void run_on_threads(int count, Work work) {
  std::latch start(count);
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int number = 0; number < count; ++number) {
    threads.emplace_back([&, number] {
      start.arrive_and_wait();
      work(number);
    });
  }
}

// The states of a store, recomputed from its whole log.
class Replay {
 public:
  explicit Replay(SignatureStore& store) {
    for (const auto& [id, history] : snapshot(store).histories) {
      log_.insert(log_.end(), history.begin(), history.end());
    }
    std::ranges::sort(log_, {}, &Event::sequence);
  }

  // The signatures as they were at `sequence`, which must not be lower than in the call before.
  const std::map<SignatureId, Signature>& at(Sequence sequence) {
    for (; applied_ < log_.size() && log_[applied_].sequence <= sequence; ++applied_) {
      const Event& event = log_[applied_];
      const auto present = states_.find(event.signature_id);
      states_.insert_or_assign(
          event.signature_id,
          must(evolve(present == states_.end() ? std::nullopt : std::optional(present->second),
                      event)));
    }
    return states_;
  }

  [[nodiscard]] const std::vector<Event>& log() const { return log_; }

 private:
  std::vector<Event> log_;
  std::map<SignatureId, Signature> states_;
  std::size_t applied_ = 0;
};

std::vector<Signature> values_of(const std::map<SignatureId, Signature>& states) {
  std::vector<Signature> signatures;
  signatures.reserve(states.size());
  for (const auto& [id, signature] : states) signatures.push_back(signature);
  return signatures;
}

class Concurrency : public ContractTest {};
ROUNDS_ON_EVERY_STORE(Concurrency);

TEST_P(Concurrency, WritersOfTheSameAndOfOtherSignaturesLoseNoCount) {
  constexpr std::uint64_t rounds_each = 100;
  run_on_threads(writer_count, [&](int writer) {
    const auto shared = make_identity("shared");
    const auto own = make_identity("own-" + std::to_string(writer));
    for (std::uint64_t round = 0; round < rounds_each; ++round) {
      const Timestamp time = at_second(writer * 1000 + static_cast<std::int64_t>(round));
      must(store().record(
          {make_occurrence(shared, time), make_occurrence(own, time), make_occurrence(own, time)}));
    }
  });

  const Signature shared = get("fingerprint-shared");
  EXPECT_EQ(shared.occurrence_count, writer_count * rounds_each);
  EXPECT_EQ(shared.first_seen, at_second(0));
  EXPECT_EQ(shared.last_seen, at_second((writer_count - 1) * 1000 + rounds_each - 1));
  for (int writer = 0; writer < writer_count; ++writer) {
    EXPECT_EQ(get("fingerprint-own-" + std::to_string(writer)).occurrence_count, 2 * rounds_each);
  }
  const StoreStats stats = must(store().get_stats());
  EXPECT_EQ(stats, recount(list_all(store()), stats.sequence));
  EXPECT_EQ(stats.occurrence_count, writer_count * rounds_each * 3);
}

TEST_P(Concurrency, EverySubmissionInFlightIsCompletedOnceAndCounted) {
  constexpr int submissions_each = 500;
  constexpr int all = writer_count * submissions_each;
  std::vector<std::atomic<int>> completions(all);
  std::atomic<std::uint64_t> accepted{0};
  std::latch completed(all);
  run_on_threads(writer_count, [&](int writer) {
    for (int i = 0; i < submissions_each; ++i) {
      const int number = writer * submissions_each + i;
      const auto identity = make_identity(std::to_string(number % 37));
      store().submit(RecordOccurrences{{make_occurrence(identity, at_second(number))}, {}},
                     [&, number](const Result<Commit>& outcome) {
                       if (outcome) accepted.fetch_add(1);
                       if (completions[static_cast<std::size_t>(number)].fetch_add(1) == 0) {
                         completed.count_down();
                       }
                     });
    }
  });
  completed.wait();

  for (const auto& count : completions) EXPECT_EQ(count.load(), 1);
  EXPECT_GT(accepted.load(), 0U);
  EXPECT_EQ(must(store().get_stats()).occurrence_count, accepted.load());
}

TEST_P(Concurrency, ABlockingWriteComesAfterWhatItsCallerSubmittedBefore) {
  run_on_threads(writer_count, [&](int writer) {
    const auto identity = make_identity(std::to_string(writer));
    for (int round = 1; round <= 100; ++round) {
      std::atomic<bool> was_answered = false;
      store().submit(RecordOccurrences{{make_occurrence(identity, at_second(round))}, {}},
                     [&](const Result<Commit>& outcome) { was_answered = outcome.has_value(); });
      must(store().record({make_occurrence(identity, at_second(round))}));
      ASSERT_TRUE(was_answered);
    }
  });
}

TEST_P(Concurrency, WritersThatDetectTheSameFailureCreateOneSignature) {
  constexpr int fingerprints = 50;
  run_on_threads(writer_count, [&](int) {
    for (int i = 0; i < fingerprints; ++i) {
      must(store().record({make_occurrence(make_identity(std::to_string(i)), at_second(i))}));
    }
  });
  const StoreStats stats = must(store().get_stats());
  EXPECT_EQ(stats.signature_count, fingerprints);
  EXPECT_EQ(stats.occurrence_count, fingerprints * writer_count);
  EXPECT_EQ(list_all(store()).size(), fingerprints);
}

TEST_P(Concurrency, ABatchThatManySendAtOnceCountsOnce) {
  constexpr std::uint64_t batches = 50;
  constexpr std::uint64_t batch_occurrences = 20;
  const auto identity = make_identity("repeated");
  std::atomic<std::uint64_t> repeated = 0;
  run_on_threads(writer_count, [&](int number) {
    for (std::uint64_t batch = 0; batch < batches; ++batch) {
      RecordOccurrences record;
      for (std::uint64_t i = 0; i < batch_occurrences; ++i) {
        record.occurrences.push_back(make_occurrence(identity, at_second(1)));
        record.keys.push_back({{batch + 1, i + 1}, {}, OccurrenceSource::log_record});
      }
      // Half of the senders put the same records into batches that others do not know.
      if (number % 2 == 0) record.batch_key = {batch + 1, 0};
      repeated += must(store().submit_and_wait(std::move(record))).repeats.total();
    }
  });
  EXPECT_EQ(must(store().get_stats()).occurrence_count, batches * batch_occurrences);
  EXPECT_EQ(repeated.load(), (writer_count - 1) * batches * batch_occurrences);
}

TEST_P(Concurrency, OfManyCommandsThatExpectOneVersionOneWins) {
  const SignatureId id = record(make_identity("a"), 10).id;
  for (Version version = 1; version <= 50; ++version) {
    std::atomic<int> winners{0};
    std::atomic<int> conflicts{0};
    run_on_threads(writer_count, [&](int writer) {
      const auto outcome = store().execute(
          id, ChangeTags{{std::to_string(version) + "-" + std::to_string(writer)}, {}},
          {.expected_version = version});
      if (outcome) {
        winners.fetch_add(1);
      } else if (outcome.error().code == ErrorCode::conflict) {
        conflicts.fetch_add(1);
      }
    });
    ASSERT_EQ(winners.load(), 1);
    ASSERT_EQ(conflicts.load(), writer_count - 1);
  }
  EXPECT_EQ(get(id).tags.size(), 50U);
  EXPECT_EQ(get(id).version, 51U);
}

TEST_P(Concurrency, EachThreadReadsItsOwnWrites) {
  run_on_threads(writer_count, [&](int writer) {
    const auto own = make_identity("own-" + std::to_string(writer), std::to_string(writer));
    SignatureQuery query;
    query.service = own->service;
    for (std::uint64_t round = 1; round <= 50; ++round) {
      const auto second = static_cast<std::int64_t>(round);
      must(store().record({make_occurrence(own, at_second(second))}));
      const Signature signature = get(own->fingerprint);
      ASSERT_EQ(signature.occurrence_count, round);
      ASSERT_EQ(must(store().list(query)).signatures, std::vector{signature});
      const Status status = all_statuses[round % all_statuses.size()];
      const Signature moved = bring_to(signature.id, status);
      query.status = status;
      ASSERT_EQ(must(store().list(query)).signatures, std::vector{moved});
      query.status = std::nullopt;
    }
  });
}

// What one reader saw while others wrote.
struct Observations {
  std::vector<std::pair<SignatureQuery, SignaturePage>> pages;
  std::vector<StoreStats> stats;
  std::vector<Signature> signatures;
};

// Reads in all ways until `done`, at least a few times. Keeps one page per sequence, which bounds
// them by the number of events written, and counts them in `pages_kept`.
Observations observe(SignatureStore& store, const std::atomic<bool>& done,
                     std::atomic<int>& pages_kept) {
  const std::vector<SignatureQuery> queries = every_filter({"checkout", "api"}, {"TypeError"});
  Observations seen;
  Sequence last = 0;
  const auto advance = [&last](Sequence sequence) {
    EXPECT_GE(sequence, last) << "a later read answers as of an earlier sequence";
    last = std::max(last, sequence);
  };
  for (std::size_t i = 0; i < 20 || !done; ++i) {
    SignatureQuery query = queries[i % queries.size()];
    query.limit = 1 + i % 7;
    SignaturePage page = must(store.list(query));
    advance(page.sequence);
    if (seen.pages.empty() || seen.pages.back().second.sequence != page.sequence) {
      seen.pages.emplace_back(query, std::move(page));
      pages_kept.fetch_add(1);
    }
    const StoreStats stats = must(store.get_stats());
    advance(stats.sequence);
    if (seen.stats.empty() || seen.stats.back() != stats) seen.stats.push_back(stats);
    auto signature = must(store.get_by_fingerprint("fingerprint-" + std::to_string(i % 10)));
    if (!signature) continue;
    if (seen.signatures.empty() || seen.signatures.back() != *signature) {
      seen.signatures.push_back(*std::move(signature));
    }
  }
  return seen;
}

// Changes ten signatures of two services, at least for some rounds and then until readers have kept
// enough pages. A scheduler that starves the readers cannot keep this going for ever.
void write_while_observed(SignatureStore& store, int writer, const std::atomic<int>& pages_kept) {
  constexpr int enough_pages = 200;
  constexpr int most_rounds = 2000;
  for (int round = 0; round < 50 || (pages_kept < enough_pages && round < most_rounds); ++round) {
    const int number = (round * 7 + writer * 3) % 10;
    const auto identity =
        make_identity(std::to_string(number), number % 3 == 0 ? "api" : "checkout");
    const auto other = make_identity(std::to_string((number + 1) % 10),
                                     (number + 1) % 10 % 3 == 0 ? "api" : "checkout");
    must(store.record({make_occurrence(identity, at_second(round)),
                       make_occurrence(other, at_second(round + 900))}));
    const SignatureId id = must(store.get_by_fingerprint(identity->fingerprint)).value().id;
    const std::size_t status = static_cast<std::size_t>(round + writer) % all_statuses.size();
    must(store.execute(id, Restore{all_statuses[status], std::nullopt}));
  }
}

TEST_P(Concurrency, EveryAnswerIsTheStateOfTheStoreAtTheSequenceItReports) {
  std::atomic<bool> done = false;
  std::atomic<int> pages_kept = 0;
  std::array<std::future<Observations>, 2> readers;
  for (auto& reader : readers) {
    reader = std::async(std::launch::async, [&] { return observe(store(), done, pages_kept); });
  }
  run_on_threads(writer_count,
                 [&](int writer) { write_while_observed(store(), writer, pages_kept); });
  done = true;

  for (auto& reader : readers) {
    Observations seen = reader.get();
    Replay pages_replay(store());
    for (const auto& [query, page] : seen.pages) {
      auto expected = expected_listing(values_of(pages_replay.at(page.sequence)), query);
      // Short pages are allowed when they say where to go on.
      ASSERT_TRUE(page.next || page.signatures.size() == std::min(expected.size(), query.limit));
      expected.resize(std::min(expected.size(), page.signatures.size()));
      ASSERT_EQ(page.signatures, expected) << describe(query) << " at " << page.sequence;
    }
    Replay stats_replay(store());
    for (const StoreStats& stats : seen.stats) {
      ASSERT_EQ(stats, recount(values_of(stats_replay.at(stats.sequence)), stats.sequence));
    }
    std::ranges::sort(seen.signatures, {}, &Signature::last_sequence);
    Replay signatures_replay(store());
    for (const Signature& signature : seen.signatures) {
      ASSERT_EQ(signature, signatures_replay.at(signature.last_sequence).at(signature.id));
    }
  }
}

TEST_P(Concurrency, HistoriesReadDuringWritesHaveNoGaps) {
  const auto identity = make_identity("a");
  const SignatureId id = record(identity, 10).id;
  std::atomic<bool> done = false;
  auto reader = std::async(std::launch::async, [&] {
    Version longest = 0;
    for (int i = 0; i < 20 || (!done && i < 500); ++i) {
      const std::vector<Event> history = history_of(store(), id, 5);
      for (std::size_t position = 0; position < history.size(); ++position) {
        ASSERT_EQ(history[position].version, position + 1);
      }
      ASSERT_GE(history.size(), longest) << "a history became shorter";
      longest = history.size();
    }
  });
  run_on_threads(2, [&](int writer) {
    for (int round = 0; round < 50; ++round) {
      must(store().record({make_occurrence(identity, at_second(round))}));
      must(store().execute(id,
                           ChangeTags{{std::to_string(writer) + "-" + std::to_string(round)}, {}}));
    }
  });
  done = true;
  reader.get();
  EXPECT_EQ(get(id).tags.size(), 100U);
  EXPECT_EQ(get(id).occurrence_count, 101U);
}

TEST_P(Concurrency, TheTimesOfTheLogNeverDecreaseWhileTheClockJumps) {
  run_on_threads(writer_count, [&](int writer) {
    for (int round = 0; round < 50; ++round) {
      clock().set(at_second(1000 + (round * 37 + writer * 11) % 100));
      must(store().record({make_occurrence(make_identity(std::to_string(writer)), at_second(0))}));
    }
  });
  const Replay replay(store());
  EXPECT_TRUE(std::ranges::is_sorted(replay.log(), {}, &Event::time));
  for (std::size_t i = 0; i < replay.log().size(); ++i) {
    ASSERT_EQ(replay.log()[i].sequence, i + 1);
  }
}

TEST_P(Concurrency, WhatWasAcknowledgedBeforeACloseIsThereAfterIt) {
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<int> unavailable{0};
  std::latch warm(writer_count);
  std::vector<std::jthread> writers;
  writers.reserve(writer_count);
  for (int writer = 0; writer < writer_count; ++writer) {
    writers.emplace_back([&, writer] {
      const auto identity = make_identity(std::to_string(writer));
      constexpr int most_rounds = 100'000;  // only a store that never closes gets there
      for (int round = 0; round < most_rounds; ++round) {
        const auto outcome = store().record({make_occurrence(identity, at_second(round))});
        if (!outcome) {
          EXPECT_TRUE(fails_with(outcome, ErrorCode::unavailable));
          unavailable.fetch_add(1);
          return;
        }
        acknowledged.fetch_add(1);
        if (round == 10) warm.count_down();
      }
    });
  }
  warm.wait();
  must(store().close());
  writers.clear();  // joins

  EXPECT_EQ(unavailable.load(), writer_count);
  if (!fixture().persists()) return;
  fixture().reopen();
  EXPECT_EQ(must(store().get_stats()).occurrence_count, acknowledged.load());
}

}  // namespace
}  // namespace rounds::test
