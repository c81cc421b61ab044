// Random commands on a store and on MemoryStore beside it: both must answer alike, always.
#include <gtest/gtest.h>

#include "store/memory_store.hpp"
#include "tests/contract/contract_test.hpp"
#include "tests/contract/random_commands.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

// Two equal outcomes have the same code, or the same sequence and signature.
testing::AssertionResult agree(const Result<Commit>& expected, const Result<Commit>& actual) {
  const auto describe_outcome = [](const Result<Commit>& outcome) {
    if (!outcome) return testing::PrintToString(outcome.error());
    return "sequence " + std::to_string(outcome->sequence) + ", " +
           (outcome->signature ? testing::PrintToString(*outcome->signature) : "no signature");
  };
  const bool same = expected && actual
                        ? expected->sequence == actual->sequence &&
                              expected->signature == actual->signature &&
                              expected->repeats == actual->repeats
                        : !expected && !actual && expected.error().code == actual.error().code;
  if (same) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\n  expected " << describe_outcome(expected)
                                     << "\n  but was  " << describe_outcome(actual);
}

class Model : public ContractTest {
 protected:
  Model() : Model(random_seed()) {}

  void step() {
    move_clock();
    const Submission submission = commands_.next(oracle_, clock().now());
    SCOPED_TRACE(describe(submission));
    const auto expected = oracle_.submit_and_wait(submission);
    const auto actual = store().submit_and_wait(submission);
    ASSERT_TRUE(agree(expected, actual));
    ASSERT_NO_FATAL_FAILURE(compare_a_listing());
    ASSERT_NO_FATAL_FAILURE(compare_a_history());
    ASSERT_EQ(must(store().get_stats()), must(oracle_.get_stats()));
  }

  void compare_everything() {
    const Snapshot expected = snapshot(oracle_);
    const Snapshot actual = snapshot(store());
    // One by one first: a message about one signature is easier to read.
    ASSERT_EQ(actual.signatures, expected.signatures);
    for (const Signature& signature : expected.signatures) {
      ASSERT_EQ(actual.histories.at(signature.id), expected.histories.at(signature.id));
      ASSERT_EQ(must(store().get_by_id(signature.id)), signature);
      ASSERT_EQ(must(store().get_by_fingerprint(signature.identity->fingerprint)), signature);
      for (const std::string& alias : aliases_of(signature)) {
        ASSERT_EQ(must(store().get_by_fingerprint(alias)), signature) << alias;
      }
    }
    ASSERT_EQ(actual, expected);
    for (SignatureQuery& query :
         every_filter(RandomCommands::services(), RandomCommands::error_types())) {
      query.limit = 1 + commands_.below(20);
      ASSERT_EQ(list_all(store(), query), list_all(oracle_, query)) << describe(query);
    }
  }

  // Every so often: opens the store again, or builds its projections anew.
  void disturb() {
    if (commands_.chance(2)) fixture().reopen();
    if (commands_.chance(1)) fixture().rebuild_projections();
  }

 private:
  explicit Model(std::uint64_t seed) : Model(seed, {.reopen_on_regression = seed % 4 != 0}) {}
  Model(std::uint64_t seed, LifecyclePolicy policy)
      : ContractTest(policy),
        commands_(seed),
        oracle_(FixtureSettings{&clock(), policy}.store_options()) {}

  // Mostly forward, in steps as small as the times of occurrences; sometimes far back.
  void move_clock() {
    const auto seconds = std::chrono::seconds{commands_.below(20)};
    clock().set(commands_.chance(3) ? clock().now() - 10 * seconds : clock().now() + seconds);
  }

  void compare_a_listing() {
    const SignatureQuery query = commands_.next_query(oracle_);
    ASSERT_EQ(list_all(store(), query), list_all(oracle_, query)) << describe(query);
    const SignaturePage page = must(store().list(query));
    const SignaturePage expected = must(oracle_.list(query));
    ASSERT_EQ(page.sequence, expected.sequence);
    const bool may_be_short = query.error_type && !query.service && !query.status;
    if (!may_be_short) {
      ASSERT_EQ(page.signatures, expected.signatures) << describe(query);
      ASSERT_EQ(page.next, expected.next) << describe(query);
    }
  }

  void compare_a_history() {
    const auto signature = commands_.pick(oracle_);
    if (!signature) return;
    const HistoryQuery query{commands_.below(signature->version + 2), 1 + commands_.below(5)};
    const HistoryPage page = must(store().history(signature->id, query));
    const HistoryPage expected = must(oracle_.history(signature->id, query));
    ASSERT_EQ(page.events, expected.events);
    ASSERT_EQ(page.next, expected.next);
    ASSERT_EQ(page.sequence, expected.sequence);
    ASSERT_EQ(must(store().get_similar(signature->id)), must(oracle_.get_similar(signature->id)));
  }

  RandomCommands commands_;
  MemoryStore oracle_;
};
ROUNDS_ON_EVERY_STORE(Model);

TEST_P(Model, StoreAndOracleAgreeOnRandomCommands) {
  constexpr std::uint64_t steps_between_full_comparisons = 50;
  const std::uint64_t steps = random_rounds(1000);
  for (std::uint64_t i = 0; i < steps; ++i) {
    SCOPED_TRACE("step " + std::to_string(i));
    ASSERT_NO_FATAL_FAILURE(step());
    disturb();
    if (i % steps_between_full_comparisons == 0) ASSERT_NO_FATAL_FAILURE(compare_everything());
  }
  ASSERT_NO_FATAL_FAILURE(compare_everything());
}

}  // namespace
}  // namespace rounds::test
