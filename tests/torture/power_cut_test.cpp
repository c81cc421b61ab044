// The power is cut at a random moment, and what was not synced is gone or torn: the store opens and
// holds all that was acknowledged.
#include <algorithm>

#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/seed.hpp"
#include "tests/torture/workload.hpp"

namespace rounds::test {
namespace {

// From the first moment of an opening to long behind the last of these steps.
constexpr std::uint64_t steps = 30;
constexpr std::uint64_t latest_cut = 700;
constexpr std::uint64_t cuts_each = 2;

class PowerCut {
 public:
  explicit PowerCut(std::uint64_t seed)
      : workload_(seed, [this](const std::string& line) { ledger_.add(line); }) {}

  void run() {
    for (std::uint64_t i = 0; i < cuts_each; ++i) ASSERT_NO_FATAL_FAILURE(cut_once());
    auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(holds(**store, ledger_));
    ASSERT_TRUE((*store)->close());
    ASSERT_TRUE(is_sound(directory_.path()));
  }

  std::uint64_t cuts_while_open = 0;
  std::uint64_t torn_ends = 0;
  std::uint64_t projections_rebuilt = 0;

 private:
  Result<std::unique_ptr<RocksStore>> open() {
    RocksStoreOptions options;
    options.env = environment_.env.get();
    options.layer_events = 1 + workload_.below(40);
    if (workload_.below(2) == 0) options.watermark_sync_interval = std::chrono::milliseconds{1};
    // RocksDB refuses a MANIFEST whose unsynced end is garbage. Of the projections that costs a
    // rebuild; of the log it would be a refusal, which fails the test.
    options.projections_rebuilding = [this](const std::string&) { ++projections_rebuilt; };
    return RocksStore::open(directory_.path(), std::move(options));
  }

  void cut_once() {
    FaultFileSystem& files = *environment_.files;
    files.cut_power_after(workload_.below(latest_cut));
    {
      auto store = open();
      ASSERT_TRUE(store || !files.is_powered()) << store.error().message;
      if (store) {
        if ((*store)->opening().find("torn") != std::string::npos) ++torn_ends;
        ++cuts_while_open;
        ASSERT_TRUE(files.is_powered() ? holds(**store, ledger_) || !files.is_powered() : true);
        for (std::uint64_t i = 0; i < steps && workload_.step(**store); ++i) continue;
      }
      // The process is gone as well: closing must not get anything to the disk.
      files.cut_power_after(0);
    }
    files.lose_power(workload_.random());
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  Ledger ledger_;
  Workload workload_;
};

TEST(PowerCutTest, NothingAcknowledgedIsLostAndNothingIsWrong) {
  const std::uint64_t seed = random_seed();
  const std::uint64_t rounds = random_rounds(300);
  std::uint64_t torn = 0;
  std::uint64_t while_open = 0;
  std::uint64_t rebuilt = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    SCOPED_TRACE(testing::Message() << "round " << i << ": seed " << seed + i);
    PowerCut cut(seed + i);
    ASSERT_NO_FATAL_FAILURE(cut.run());
    torn += cut.torn_ends;
    rebuilt += cut.projections_rebuilt;
    while_open += cut.cuts_while_open;
  }
  report("power-cut", seed,
         {{"seeds", rounds},
          {"cuts", rounds * cuts_each},
          {"cuts_while_open", while_open},
          {"torn_ends_dropped", torn},
          {"projections_rebuilt", rebuilt},
          {"kept", rounds},
          {"wrong", 0}});
}

}  // namespace
}  // namespace rounds::test
