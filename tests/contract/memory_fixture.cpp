#include "store/memory_store.hpp"
#include "tests/contract/store_fixture.hpp"

namespace rounds::test {
namespace {

class MemoryFixture final : public StoreFixture {
 public:
  explicit MemoryFixture(const FixtureSettings& settings) : store_(settings.store_options()) {}

  [[nodiscard]] SignatureStore& store() override { return store_; }
  [[nodiscard]] bool persists() const override { return false; }
  void reopen() override {}

 private:
  MemoryStore store_;
};

}  // namespace

std::unique_ptr<StoreFixture> make_memory_fixture(const FixtureSettings& settings) {
  return std::make_unique<MemoryFixture>(settings);
}

}  // namespace rounds::test
