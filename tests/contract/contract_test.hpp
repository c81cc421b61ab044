// The base of all contract tests: a fresh store of the kind under test, and what tests do with it.
//
// The expectations here (expected_listing, recount) are written out independently of core/ and
// store/: they must not repeat a mistake that they are to find.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/signature_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/support/print.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {

// The value of a result that a test relies on. Fails the test with the error if there is none.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

template <typename T>
[[nodiscard]] testing::AssertionResult fails_with(const Result<T>& result, ErrorCode code) {
  if (result) return testing::AssertionFailure() << "it succeeded";
  if (result.error().code == code) return testing::AssertionSuccess();
  return testing::AssertionFailure() << testing::PrintToString(result.error());
}

// All signatures that match, page by page (the cursor of `query` is where to begin). Expects that
// no page is longer than query.limit.
[[nodiscard]] std::vector<Signature> list_all(SignatureStore& store, SignatureQuery query = {});

// The whole history, page by page.
[[nodiscard]] std::vector<Event> history_of(SignatureStore& store, const SignatureId& id,
                                            std::size_t page_size = limits::max_page_size);

// Everything a store shows. Two equal ones mean that nothing was written in between.
struct Snapshot {
  std::vector<Signature> signatures;
  std::map<SignatureId, std::vector<Event>> histories;
  StoreStats stats;

  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};
[[nodiscard]] Snapshot snapshot(SignatureStore& store);
void PrintTo(const Snapshot& snapshot, std::ostream* out);

// What list() must show of `signatures`, when it had no limit.
[[nodiscard]] std::vector<Signature> expected_listing(std::vector<Signature> signatures,
                                                      const SignatureQuery& query);

// Every combination of filters over these values, each also unset.
[[nodiscard]] std::vector<SignatureQuery> every_filter(const std::vector<std::string>& services,
                                                       const std::vector<std::string>& error_types);
[[nodiscard]] std::string describe(const SignatureQuery& query);

// What get_stats() must say of these signatures in a store at `sequence`.
[[nodiscard]] StoreStats recount(const std::vector<Signature>& signatures, Sequence sequence);

// A signature as another store might hand it over.
[[nodiscard]] Signature make_signature(const std::string& name,
                                       const std::string& service = "checkout",
                                       const std::string& error_type = "TypeError");

class ContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  explicit ContractTest(LifecyclePolicy policy = {},
                        std::chrono::seconds dedup_window = default_dedup_window,
                        std::uint32_t new_signatures_per_minute = 0);

  [[nodiscard]] SignatureStore& store() { return fixture_->store(); }
  [[nodiscard]] StoreFixture& fixture() { return *fixture_; }
  [[nodiscard]] ManualClock& clock() { return clock_; }  // begins at at_second(1000)

  // Records `count` occurrences at that second and returns the signature as it is then.
  Signature record(const std::shared_ptr<const SignatureIdentity>& identity, std::int64_t second,
                   std::size_t count = 1);

  // Restores the signature into `status`, with a diagnosis if it is to be DIAGNOSED.
  Signature bring_to(const SignatureId& id, Status status);

  // The signature, which must exist.
  [[nodiscard]] Signature get(const SignatureId& id);
  [[nodiscard]] Signature get(const std::string& fingerprint);

 private:
  ManualClock clock_;
  std::unique_ptr<StoreFixture> fixture_;
};

// The name of a kind in the name of a test.
[[nodiscard]] inline std::string kind_of(const testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

}  // namespace rounds::test

// Runs the tests of `suite`, a class derived from ContractTest, on every kind of store.
#define ROUNDS_ON_EVERY_STORE(suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, ::testing::ValuesIn(::rounds::test::store_kinds()), \
                           ::rounds::test::kind_of)
