// Storms of failures that are all different: counted in full, without filling the store.
#include <gtest/gtest.h>

#include "core/exemplar_sampling.hpp"
#include "core/signature_budget.hpp"
#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

constexpr std::uint32_t budget = 3;

class Storm : public ContractTest {
 protected:
  Storm() : ContractTest({}, default_dedup_window, budget) { clock().set(at_second(0)); }

  // Records one occurrence of each of the failures `first` to `end` - 1.
  void record_each(int first, int end, const std::string& service = "checkout") {
    std::vector<IdentifiedOccurrence> occurrences;
    for (int number = first; number < end; ++number) {
      occurrences.push_back(make_occurrence(
          make_identity(service + std::to_string(number), service), at_second(number)));
    }
    must(store().record(std::move(occurrences)));
  }

  [[nodiscard]] std::optional<Signature> overflow_of(const std::string& service) {
    return must(store().get_by_fingerprint(overflow_identity(service).fingerprint));
  }

  [[nodiscard]] StoreStats stats() { return must(store().get_stats()); }
};
ROUNDS_ON_EVERY_STORE(Storm);

TEST_P(Storm, CountsWhatIsOverTheBudgetOnTheOverflowSignatureOfItsService) {
  record_each(0, 10);
  EXPECT_EQ(stats().occurrence_count, 10U);
  EXPECT_EQ(stats().signature_count, budget + 1);
  const Signature overflow = overflow_of("checkout").value();
  EXPECT_EQ(overflow.occurrence_count, 7U);
  EXPECT_EQ(overflow.first_seen, at_second(3));
  EXPECT_EQ(overflow.last_seen, at_second(9));
  EXPECT_EQ(overflow.identity->service, "checkout");
  EXPECT_EQ(overflow.identity->error_type, "rounds.overflow");
  const std::vector<Event> history = history_of(store(), overflow.id);
  const auto& detected = std::get<SignatureDetected>(history.at(0).payload);
  EXPECT_EQ(detected.occurrences.exemplars.at(0),
            make_occurrence(make_identity("checkout3"), at_second(3)).exemplar);
}

TEST_P(Storm, LeavesKnownSignaturesAndOtherServicesAlone) {
  record_each(0, 5);
  record_each(0, 3);
  EXPECT_EQ(get("fingerprint-checkout0").occurrence_count, 2U);
  EXPECT_EQ(overflow_of("checkout")->occurrence_count, 2U);
  record_each(0, 3, "users");
  EXPECT_EQ(overflow_of("users"), std::nullopt);
  record_each(3, 4, "users");
  EXPECT_EQ(overflow_of("users")->occurrence_count, 1U);
}

TEST_P(Storm, GivesAFailureASignatureOfItsOwnInAMinuteThatHasRoom) {
  record_each(0, 4);
  clock().set(at_second(59));
  record_each(3, 4);
  EXPECT_EQ(overflow_of("checkout")->occurrence_count, 2U);
  clock().set(at_second(60));
  record_each(3, 4);
  EXPECT_EQ(get("fingerprint-checkout3").occurrence_count, 1U);
  EXPECT_EQ(overflow_of("checkout")->occurrence_count, 2U);
  EXPECT_EQ(stats().occurrence_count, 6U);
}

TEST_P(Storm, OfInventedServicesCountsOnOneSignature) {
  const int services = static_cast<int>(most_services_with_new_signatures) + 20;
  for (int number = 0; number < services; ++number) {
    record_each(0, 1, "service" + std::to_string(number));
  }
  EXPECT_EQ(stats().occurrence_count, static_cast<std::uint64_t>(services));
  EXPECT_EQ(stats().signature_count, most_services_with_new_signatures + 1);
  EXPECT_EQ(overflow_of("rounds.overflow")->occurrence_count, 20U);
}

TEST_P(Storm, LeavesFewExemplarsWhateverItSaysAboutTheTime) {
  constexpr int occurrences = 200;
  constexpr int seconds_between = 36;  // two hours in all
  for (int number = 0; number < occurrences; ++number) {
    clock().set(at_second(number * seconds_between));
    must(store().record({make_occurrence(make_identity("same"), at_second(number * 7200))}));
    if (number % 20 == 0) fixture().reopen();  // which makes no room for more
  }
  const Signature signature = get("fingerprint-same");
  EXPECT_EQ(signature.occurrence_count, static_cast<std::uint64_t>(occurrences));
  std::vector<std::int64_t> kept;  // the seconds
  for (const Event& event : history_of(store(), signature.id)) {
    const auto* recorded = std::get_if<OccurrencesRecorded>(&event.payload);
    const bool has_exemplar =
        recorded == nullptr || !recorded->occurrences.exemplars.empty();  // the first has one
    if (has_exemplar) kept.push_back((event.time - at_second(0)) / std::chrono::seconds{1});
  }
  std::vector<std::int64_t> expected(first_occurrences_with_exemplars);
  for (std::size_t number = 0; number < expected.size(); ++number) {
    expected[number] = static_cast<std::int64_t>(number) * seconds_between;
  }
  // Each at the first occurrence for which more than 900 seconds have passed: 26 of them.
  for (int number = 16; number < occurrences; number += 26) {
    expected.push_back(number * seconds_between);
  }
  EXPECT_EQ(kept, expected);
}

TEST_P(Storm, DoesNotKeepAnybodyFromSavingASignature) {
  record_each(0, 4);
  must(store().save(make_signature("saved")));
  EXPECT_EQ(stats().signature_count, budget + 2);
}

TEST_P(Storm, LeavesALogThatReplaysToTheSame) {
  record_each(0, 10);
  clock().set(at_second(61));
  record_each(5, 10);
  const Snapshot before = snapshot(store());
  fixture().rebuild_projections();
  EXPECT_EQ(snapshot(store()), before);
  fixture().reopen();
  EXPECT_EQ(snapshot(store()), before);
}

}  // namespace
}  // namespace rounds::test
