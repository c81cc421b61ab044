// What a store must offer to be put under the contract suite.
//
// To add a store: write a StoreFixture for it in a file of its own, declare its factory here, and
// give it a line in store_kinds(). Every contract test, and the model test, then runs on it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/lifecycle.hpp"
#include "core/signature_store.hpp"
#include "store/store_options.hpp"

namespace rounds::test {

// Makes the same ids for the same sequence of calls, in an order that is not the order of the ids.
// Generators with the same counter go on where the other stopped, so that ids stay fresh when a
// store is opened again.
class CountingIdGenerator final : public SignatureIdGenerator {
 public:
  explicit CountingIdGenerator(std::shared_ptr<std::atomic<std::uint64_t>> made)
      : made_(std::move(made)) {}
  [[nodiscard]] SignatureId next(Timestamp now) override;

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> made_;
};

// What every store under test is opened with.
struct FixtureSettings {
  const Clock* clock = nullptr;  // must outlive the fixture
  LifecyclePolicy policy;
  std::chrono::seconds dedup_window = default_dedup_window;
  std::uint32_t new_signatures_per_minute = 0;
  std::shared_ptr<std::atomic<std::uint64_t>> ids_made =
      std::make_shared<std::atomic<std::uint64_t>>(0);

  // What to open a store with, for the first time or again.
  [[nodiscard]] StoreOptions store_options() const;
};

class StoreFixture {
 public:
  StoreFixture() = default;
  StoreFixture(const StoreFixture&) = delete;
  StoreFixture& operator=(const StoreFixture&) = delete;
  virtual ~StoreFixture() = default;

  // The open store. Valid until reopen().
  [[nodiscard]] virtual SignatureStore& store() = 0;

  // Whether the store outlives its object. If not, reopen() does nothing.
  [[nodiscard]] virtual bool persists() const = 0;

  // Closes the store, unless a test has done so, and opens it again with the same settings.
  virtual void reopen() = 0;

  // Throws away all that can be derived from the log and derives it again. Reads answer as before.
  virtual void rebuild_projections() {}
};

// A kind of store that the suite runs on.
struct StoreKind {
  std::string name;  // letters and digits: it becomes a part of the names of tests
  std::function<std::unique_ptr<StoreFixture>(const FixtureSettings&)> make;
};

// How tests print a kind: its name.
std::ostream& operator<<(std::ostream& out, const StoreKind& kind);

[[nodiscard]] std::vector<StoreKind> store_kinds();

[[nodiscard]] std::unique_ptr<StoreFixture> make_memory_fixture(const FixtureSettings& settings);

// RocksStore as it comes, and with layers so small that it writes to the disk all the time.
[[nodiscard]] std::unique_ptr<StoreFixture> make_rocks_fixture(const FixtureSettings& settings);
[[nodiscard]] std::unique_ptr<StoreFixture> make_small_layers_fixture(
    const FixtureSettings& settings);

// SupervisedStore: a RocksStore for all but subscriptions, whose contract alone it is put under.
[[nodiscard]] std::unique_ptr<StoreFixture> make_supervised_fixture(
    const FixtureSettings& settings);

}  // namespace rounds::test
