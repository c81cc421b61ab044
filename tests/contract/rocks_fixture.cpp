#include "core/check.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class RocksFixture final : public StoreFixture {
 public:
  RocksFixture(const FixtureSettings& settings, std::size_t layer_signatures)
      : settings_(settings), layer_signatures_(layer_signatures) {
    open();
  }

  [[nodiscard]] SignatureStore& store() override { return *store_; }
  [[nodiscard]] bool persists() const override { return true; }

  void reopen() override {
    close();
    open();
  }

  void rebuild_projections() override {
    close();
    const auto rebuilt = rebuild_projections_of(directory_.path());
    ROUNDS_CHECK(rebuilt, rebuilt.error().message);
    const auto verified = verify_projections(directory_.path(), {}, nullptr);
    ROUNDS_CHECK(verified, verified.error().message);
    ROUNDS_CHECK(verified->is_equal(), "a rebuild equals a fresh replay");
    open();
  }

 private:
  static Result<RebuildReport> rebuild_projections_of(const std::filesystem::path& directory) {
    return rounds::rebuild_projections(directory, {});
  }

  void open() {
    RocksStoreOptions options;
    static_cast<StoreOptions&>(options) = settings_.store_options();
    options.layer_signatures = layer_signatures_;
    auto opened = RocksStore::open(directory_.path(), std::move(options));
    ROUNDS_CHECK(opened, opened.error().message);
    store_ = *std::move(opened);
  }

  void close() {
    const auto closed = store_->close();
    ROUNDS_CHECK(closed, closed.error().message);
    store_.reset();
    // What live queries said and what reached the disk must agree before every reopening.
    const auto verified = verify_projections(directory_.path(), {}, nullptr);
    ROUNDS_CHECK(verified, verified.error().message);
    ROUNDS_CHECK(verified->is_equal(), "the live projections equal a fresh replay");
    ROUNDS_CHECK(verified->sequence == verified->last_sequence, "closing leaves nothing behind");
  }

  TemporaryDirectory directory_;
  FixtureSettings settings_;
  std::size_t layer_signatures_;
  std::unique_ptr<RocksStore> store_;
};

}  // namespace

std::unique_ptr<StoreFixture> make_rocks_fixture(const FixtureSettings& settings) {
  return std::make_unique<RocksFixture>(settings, RocksStoreOptions{}.layer_signatures);
}

std::unique_ptr<StoreFixture> make_small_layers_fixture(const FixtureSettings& settings) {
  // Every third change or so moves to the disk, so that queries merge all layers with it.
  constexpr std::size_t layer_signatures = 3;
  return std::make_unique<RocksFixture>(settings, layer_signatures);
}

}  // namespace rounds::test
