#include "bench/support/producer.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "bench/compare/measure.hpp"
#include "store/memory_store.hpp"

namespace rounds::bench {
namespace {

// Not whole batches: the last one is short.
const OccurrenceStream& stream() {
  static const OccurrenceStream made({.occurrences = 4'321, .signatures = 100});
  return made;
}

TEST(Producers, RecordAllOfASourceOnce) {
  MemoryStore store;
  Acknowledgements acknowledgements;
  ASSERT_TRUE(record_all(store, stream(), acknowledgements));
  EXPECT_EQ(totals_of(store), stream().totals_of_first(stream().size()));
}

TEST(Producers, RecordABeginningOfASourceInOrder) {
  MemoryStore store;
  Acknowledgements acknowledgements;
  Producer producer(store, stream(), acknowledgements, {.end = 12'345});
  EXPECT_EQ(producer.run(), 12'345);
  EXPECT_EQ(totals_of(store), stream().totals_of_first(12'345));
}

TEST(Producers, GoOnUntilTheyAreToldToStop) {
  MemoryStore store;
  Acknowledgements acknowledgements;
  Result<std::uint64_t> recorded;
  {
    const std::jthread writer([&](const std::stop_token& stop) {
      recorded = record_until(stop, store, stream(), acknowledgements);
    });
    // More than the source has.
    while (totals_of(store)->occurrences <= 2 * stream().size()) std::this_thread::yield();
  }
  ASSERT_TRUE(recorded);
  EXPECT_EQ(totals_of(store)->occurrences, *recorded);
}

TEST(Producers, ReportAFailure) {
  MemoryStore store;
  ASSERT_TRUE(store.close());
  Acknowledgements acknowledgements;
  const auto recorded = record_all(store, stream(), acknowledgements);
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace rounds::bench
