#include "store/commit_queue.hpp"

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

void push(CommitQueue& queue, std::size_t occurrences) {
  RecordOccurrences record;
  record.occurrences.assign(occurrences, make_occurrence(make_identity("one"), at_second(1)));
  QueuedSubmission item{std::move(record), [](const Result<Commit>&) {}, {}};
  ASSERT_TRUE(queue.push(item));
}

TEST(CommitQueue, MakesGroupsOfNoMoreThanTheLimit) {
  CommitQueue queue;
  for (int i = 0; i < 5; ++i) push(queue, 40);
  EXPECT_EQ(queue.take_group(100).size(), 2U);
  EXPECT_EQ(queue.take_group(80).size(), 2U);
  EXPECT_EQ(queue.depth().occurrences, 40U);
  EXPECT_EQ(queue.take_group(80).size(), 1U);
  EXPECT_TRUE(queue.is_idle());
}

TEST(CommitQueue, GivesOneSubmissionThoughItIsMoreThanTheLimit) {
  CommitQueue queue;
  push(queue, 40);
  push(queue, 1);
  EXPECT_EQ(queue.take_group(1).size(), 1U);
  EXPECT_EQ(queue.depth().occurrences, 1U);
}

}  // namespace
}  // namespace rounds::test
