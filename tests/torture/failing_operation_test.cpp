// Every single file operation of a workload fails once, in each way: the store never acknowledges
// what is not there, and is whole once it was opened again.
#include "store/rocks_store.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/seed.hpp"
#include "tests/torture/workload.hpp"

namespace rounds::test {
namespace {

// With more steps than this all of it runs; with these, a share for every day: one session instead
// of two, and of each error the way in which disks mostly fail.
constexpr std::uint64_t few_steps = 3;

struct Outcomes {
  std::uint64_t operations = 0;
  std::uint64_t no_difference = 0;    // nobody noticed
  std::uint64_t opening_refused = 0;  // and worked the next time
  std::uint64_t stopped = 0;          // took no more writes until it was opened again
  std::uint64_t query_refused = 0;    // one answer was an error
};

class FailingOperation {
 public:
  FailingOperation(std::uint64_t seed, std::uint64_t steps)
      : steps_(steps),
        sessions_(steps > few_steps ? 2 : 1),
        workload_(seed, [this](const std::string& line) { ledger_.add(line); }) {}

  // The whole workload: create, work, close, and perhaps open, work, close. Returns the number of
  // operations.
  std::uint64_t count_operations() {
    for (int i = 0; i < sessions_; ++i) EXPECT_TRUE(session(nullptr));
    return environment_.files->operation_count();
  }

  // With operation `number` failing. `lasting`: and all that follow, until a store is opened again.
  void run(std::uint64_t number, FaultError error, bool lasting, Outcomes& outcomes) {
    FaultFileSystem& files = *environment_.files;
    if (lasting) {
      files.fail_if([&, number](FileOperation, const std::string&) { return ++seen_ >= number; },
                    error);
    } else {
      files.fail_after(number, error);
    }
    for (int i = 0; i < sessions_; ++i) {
      if (session(&outcomes)) continue;
      files.fail_if(nullptr, error);
      ASSERT_TRUE(session(nullptr)) << "after " << failure_;
    }
    files.forgive();
    ASSERT_NO_FATAL_FAILURE(check());
  }

 private:
  // Opens, works and closes. False if the store failed at any of it.
  bool session(Outcomes* outcomes) {
    RocksStoreOptions options;
    options.env = environment_.env.get();
    options.layer_events = 6;
    options.watermark_sync_interval = std::chrono::hours{1};
    auto store = RocksStore::open(directory_.path(), std::move(options));
    if (!store) {
      failure_ = store.error().message;
      if (outcomes != nullptr) ++outcomes->opening_refused;
      return false;
    }
    for (std::uint64_t i = 0; i < steps_; ++i) {
      if (workload_.step(**store)) continue;
      const auto failed = (*store)->failure();
      failure_ = failed ? failed->message : "a query failed";
      if (outcomes != nullptr) ++(failed ? outcomes->stopped : outcomes->query_refused);
      if (failed) EXPECT_FALSE(workload_.step(**store)) << "a failed store takes writes";
      static_cast<void>((*store)->close());
      return false;
    }
    if (const auto closed = (*store)->close(); !closed) {
      failure_ = closed.error().message;
      if (outcomes != nullptr) ++outcomes->stopped;
      return false;
    }
    if (outcomes != nullptr && environment_.files->fault_met()) ++outcomes->no_difference;
    return true;
  }

  void check() {
    RocksStoreOptions options;
    options.env = environment_.env.get();
    const auto store = RocksStore::open(directory_.path(), std::move(options));
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(holds(**store, ledger_));
    ASSERT_TRUE((*store)->close());
    ASSERT_TRUE(is_sound(directory_.path()));
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  const std::uint64_t steps_;
  const int sessions_;
  Ledger ledger_;
  Workload workload_;
  std::uint64_t seen_ = 0;
  std::string failure_;
};

TEST(FailingOperationTest, WhicheverOperationFailsNothingAcknowledgedIsLost) {
  const std::uint64_t seed = random_seed();
  const std::uint64_t steps = random_rounds(few_steps);
  const std::uint64_t count = FailingOperation(seed, steps).count_operations();
  ASSERT_GT(count, 100U);
  Outcomes outcomes;
  for (const FaultError error : {FaultError::io_error, FaultError::no_space}) {
    for (const bool lasting : {false, true}) {
      // A full disk stays full, a read error mostly goes away.
      const bool usual = lasting == (error == FaultError::no_space);
      if (steps <= few_steps && !usual) continue;
      for (std::uint64_t number = 1; number <= count; ++number) {
        SCOPED_TRACE(testing::Message()
                     << "operation " << number << (lasting ? " and all behind it" : "")
                     << (error == FaultError::no_space ? ": no space" : ": I/O error"));
        FailingOperation failing(seed, steps);
        ASSERT_NO_FATAL_FAILURE(failing.run(number, error, lasting, outcomes));
        ++outcomes.operations;
      }
    }
  }
  report("failing-operation", seed,
         {{"operations", count},
          {"runs", outcomes.operations},
          {"no_difference", outcomes.no_difference},
          {"opening_refused", outcomes.opening_refused},
          {"stopped", outcomes.stopped},
          {"query_refused", outcomes.query_refused},
          {"wrong", 0}});
}

}  // namespace
}  // namespace rounds::test
