// Random commands on a store and on MemoryStore beside it, with other options at every opening,
// kills, reopening and rebuilt projections in between: both must answer alike, always.
#include "store/maintenance.hpp"
#include "store/memory_store.hpp"
#include "store/rocks_store.hpp"
#include "tests/contract/contract_test.hpp"
#include "tests/contract/random_commands.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/seed.hpp"
#include "tests/torture/workload.hpp"

namespace rounds::test {
namespace {

// A store lives for so many commands, so that comparing all of it stays cheap.
constexpr std::uint64_t commands_each = 2000;
constexpr std::uint64_t comparison_interval = 250;

struct Disturbances {
  std::uint64_t reopened = 0;
  std::uint64_t killed = 0;
  std::uint64_t rebuilt = 0;
};

class ModelWorld {
 public:
  ModelWorld(std::uint64_t seed, Disturbances& disturbances)
      : policy_{.reopen_on_regression = seed % 4 != 0},
        clock_(at_second(1000)),
        disturbances_(disturbances),
        commands_(seed),
        oracle_(FixtureSettings{&clock_, policy_}.store_options()) {
    open();
  }

  void run(std::uint64_t count) {
    for (std::uint64_t i = 1; i <= count; ++i) {
      SCOPED_TRACE(testing::Message() << "command " << i);
      ASSERT_NO_FATAL_FAILURE(step());
      if (commands_.chance(1)) ASSERT_NO_FATAL_FAILURE(disturb());
      if (i % comparison_interval == 0) ASSERT_EQ(snapshot(*store_), snapshot(oracle_));
    }
    ASSERT_NO_FATAL_FAILURE(close());
  }

 private:
  void open() {
    RocksStoreOptions options;
    options.env = environment_.env.get();
    options.policy = policy_;
    options.clock = &clock_;
    options.ids = std::make_unique<CountingIdGenerator>(ids_made_);
    options.layer_signatures = 1 + commands_.below(40);
    options.layer_events = 1 + commands_.below(100);
    options.coalesce_occurrences = true;
    if (commands_.chance(20)) options.watermark_sync_interval = std::chrono::milliseconds{1};
    auto opened = RocksStore::open(directory_.path(), std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  void close() {
    ASSERT_TRUE(store_->close());
    store_.reset();
    ASSERT_TRUE(is_sound(directory_.path()));
  }

  void step() {
    const auto seconds = std::chrono::seconds{commands_.below(20)};
    clock_.set(commands_.chance(3) ? clock_.now() - 10 * seconds : clock_.now() + seconds);
    const Submission submission = commands_.next(oracle_, clock_.now());
    const auto expected = oracle_.submit_and_wait(submission);
    const auto actual = store_->submit_and_wait(submission);
    ASSERT_EQ(actual.has_value(), expected.has_value()) << describe(submission);
    if (expected) {
      ASSERT_EQ(actual->sequence, expected->sequence) << describe(submission);
      ASSERT_EQ(actual->signature, expected->signature) << describe(submission);
    } else {
      ASSERT_EQ(actual.error().code, expected.error().code) << describe(submission);
    }
  }

  void disturb() {
    switch (commands_.below(3)) {
      case 0:
        ++disturbances_.reopened;
        ASSERT_NO_FATAL_FAILURE(close());
        break;
      case 1:
        // The process dies: what closing does has no effect.
        ++disturbances_.killed;
        environment_.files->cut_power_after(0);
        store_.reset();
        environment_.files->forgive();
        break;
      default:
        ++disturbances_.rebuilt;
        ASSERT_NO_FATAL_FAILURE(close());
        ASSERT_TRUE(rebuild_projections(directory_.path(), {}, {.env = environment_.env.get()}));
        break;
    }
    ASSERT_NO_FATAL_FAILURE(open());
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  const LifecyclePolicy policy_;
  ManualClock clock_;
  Disturbances& disturbances_;
  RandomCommands commands_;
  MemoryStore oracle_;
  std::shared_ptr<std::atomic<std::uint64_t>> ids_made_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::unique_ptr<RocksStore> store_;
};

TEST(ModelTortureTest, StoreAndModelAgreeWhateverHappensInBetween) {
  const std::uint64_t seed = random_seed();
  const std::uint64_t commands = random_rounds(20'000);
  Disturbances disturbances;
  for (std::uint64_t done = 0; done < commands; done += commands_each) {
    SCOPED_TRACE(testing::Message() << "seed " << seed + done);
    ModelWorld world(seed + done, disturbances);
    ASSERT_NO_FATAL_FAILURE(world.run(std::min(commands_each, commands - done)));
  }
  report("model", seed,
         {{"commands", commands},
          {"reopened", disturbances.reopened},
          {"killed", disturbances.killed},
          {"rebuilt", disturbances.rebuilt},
          {"wrong", 0}});
}

}  // namespace
}  // namespace rounds::test
