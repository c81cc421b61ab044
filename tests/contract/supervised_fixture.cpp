#include "core/check.hpp"
#include "store/supervised_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class SupervisedFixture final : public StoreFixture {
 public:
  explicit SupervisedFixture(const FixtureSettings& settings) : settings_(settings) { open(); }

  [[nodiscard]] SignatureStore& store() override { return *store_; }
  [[nodiscard]] bool persists() const override { return true; }

  void reopen() override {
    const auto closed = store_->close();
    ROUNDS_CHECK(closed, closed.error().message);
    store_.reset();
    open();
  }

 private:
  void open() {
    SupervisedStoreOptions options;
    options.store = [this] {
      RocksStoreOptions store;
      static_cast<StoreOptions&>(store) = settings_.store_options();
      return store;
    };
    options.reserve_bytes = 1U << 20U;
    auto opened = SupervisedStore::open(directory_.path(), std::move(options));
    ROUNDS_CHECK(opened, opened.error().message);
    store_ = *std::move(opened);
  }

  TemporaryDirectory directory_;
  FixtureSettings settings_;
  std::unique_ptr<SupervisedStore> store_;
};

}  // namespace

std::unique_ptr<StoreFixture> make_supervised_fixture(const FixtureSettings& settings) {
  return std::make_unique<SupervisedFixture>(settings);
}

}  // namespace rounds::test
