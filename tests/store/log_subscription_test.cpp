#include "store/log_subscription.hpp"

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

// As a store that goes on while its tail has yet to hear of it.
Result<std::vector<Event>> read_endless_log(Sequence from, std::size_t max_events) {
  std::vector<Event> events(max_events);
  for (Event& event : events) event.sequence = from++;
  return events;
}

TEST(LogSubscription, ReadsNoFurtherThanItsTail) {
  LogTail tail(3);
  const auto subscription = LogSubscription::open(tail, 1, read_endless_log);
  ASSERT_TRUE(subscription);
  const auto events = (*subscription)->poll(10);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->size(), 3U);
  // So that whoever goes on where it stopped is not told that there is no such event.
  EXPECT_TRUE(LogSubscription::open(tail, (*subscription)->position(), read_endless_log));
  tail.advance(4);
  EXPECT_EQ((*subscription)->poll(10)->front().sequence, 4U);
}

TEST(LogTail, HasItsEventsAsSoonAsItIsBack) {
  LogTail tail(3);
  tail.suspend();
  EXPECT_EQ(LogSubscription::open(tail, 4, read_endless_log).error().code, ErrorCode::unavailable);
  tail.resume(5);
  EXPECT_TRUE(LogSubscription::open(tail, 6, read_endless_log));
  EXPECT_FALSE(LogSubscription::open(tail, 7, read_endless_log));
}

}  // namespace
}  // namespace rounds::test
