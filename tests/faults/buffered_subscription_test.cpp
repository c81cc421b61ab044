// What a subscription has shown no power cut takes back, not even a buffered write.
#include <gtest/gtest.h>

#include "store/rocks_store.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class BufferedSubscription : public testing::Test {
 protected:
  std::unique_ptr<RocksStore> open() {
    RocksStoreOptions options;
    options.env = environment_.env.get();
    auto store = RocksStore::open(directory_.path(), std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

  static Result<Commit> record(SignatureStore& store, const std::string& name,
                               Durability durability) {
    return store.record({make_occurrence(make_identity(name), at_second(1))},
                        {.durability = durability});
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::shared_ptr<FaultFileSystem> files_ = environment_.files;
};

TEST_F(BufferedSubscription, IsNotTakenBackByAPowerCut) {
  std::mt19937_64 random(random_seed());
  std::vector<Event> shown;
  for (int round = 0; round < 10; ++round) {
    auto store = open();
    ASSERT_NE(store, nullptr);
    ASSERT_GE(store->get_stats()->sequence, shown.size());
    auto subscription = store->subscribe(1).value();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(record(*store, std::to_string(round * 10 + i), Durability::buffered));
    }
    shown.clear();
    const Sequence all = store->get_stats()->sequence;
    while (shown.size() < all) {
      const auto events = subscription->poll(2).value();
      shown.insert(shown.end(), events.begin(), events.end());
    }
    // Not shown, and perhaps gone.
    ASSERT_TRUE(record(*store, "unseen", Durability::buffered));
    files_->cut_power_after(0);
    subscription.reset();
    store.reset();
    files_->lose_power(random);

    store = open();
    ASSERT_NE(store, nullptr);
    subscription = store->subscribe(1).value();
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto event = subscription->poll(1).value();
      ASSERT_EQ(event.size(), 1U) << i;
      ASSERT_EQ(event.front(), shown[i]);
    }
  }
}

TEST_F(BufferedSubscription, IsNotShownIfItCannotBeMadeDurable) {
  const auto store = open();
  ASSERT_NE(store, nullptr);
  ASSERT_TRUE(record(*store, "synced", Durability::synced));
  ASSERT_TRUE(record(*store, "buffered", Durability::buffered));
  const auto subscription = store->subscribe(1).value();
  files_->fail_if(
      [](FileOperation operation, const std::string& path) {
        return operation == FileOperation::sync && path.ends_with(".log");
      },
      FaultError::io_error);
  EXPECT_EQ(subscription->poll(1)->size(), 1U) << "that one is on the disk";
  EXPECT_EQ(subscription->poll(1).error().code, ErrorCode::io_error);
  files_->fail_if(nullptr, FaultError::io_error);
  // Nobody knows what the failed sync left: nothing is retried, and no write is taken.
  EXPECT_EQ(subscription->poll(1).error().code, ErrorCode::io_error);
  EXPECT_EQ(subscription->position(), 2U);
  EXPECT_FALSE(record(*store, "refused", Durability::synced));
  EXPECT_TRUE(store->failure());
}

}  // namespace
}  // namespace rounds::test
