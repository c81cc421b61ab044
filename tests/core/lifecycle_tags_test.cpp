#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/lifecycle.hpp"
#include "core/limits.hpp"
#include "tests/core/lifecycle_support.hpp"
#include "tests/support/samples.hpp"

namespace rounds {
namespace {

using Tags = std::vector<std::string>;

// The tags "api" and "db" are present.
const Signature& tagged() {
  static const Signature signature = test::make_signature(Status::new_, nullptr);
  return signature;
}

Signature change(const Tags& add, const Tags& remove) {
  return test::fold(tagged(), decide(tagged(), ChangeTags{add, remove}).value(),
                    test::at_second(50));
}

TEST(ChangeTags, KeepsTheSetSortedWithoutDuplicates) {
  EXPECT_EQ(change({"zebra", "cache", "cache"}, {}).tags, (Tags{"api", "cache", "db", "zebra"}));
  EXPECT_EQ(change({}, {"api", "api"}).tags, Tags{"db"});
  EXPECT_EQ(change({"x"}, {"api", "db"}).tags, Tags{"x"});
  EXPECT_EQ(change({}, {"api", "db"}).tags, Tags{});
}

TEST(ChangeTags, RecordsOnlyWhatReallyChanged) {
  EXPECT_EQ(decide(tagged(), ChangeTags{{"db", "zebra", "cache"}, {"api", "absent"}}),
            (std::vector<EventPayload>{TagsChanged{{"cache", "zebra"}, {"api"}}}));
}

TEST(ChangeTags, CausesNoEventWhenNothingChanges) {
  const std::vector<EventPayload> none;
  EXPECT_EQ(decide(tagged(), ChangeTags{}), none);
  EXPECT_EQ(decide(tagged(), (ChangeTags{{"api"}, {}})), none);
  EXPECT_EQ(decide(tagged(), (ChangeTags{{}, {"absent"}})), none);
  EXPECT_EQ(decide(tagged(), (ChangeTags{{"api"}, {"api"}})), none);
}

TEST(ChangeTags, RemovesFirst) {
  EXPECT_EQ(change({"both"}, {"both"}).tags, (Tags{"api", "both", "db"}));
}

TEST(ChangeTags, LeavesEverythingElse) {
  for (const Status status : all_statuses) {
    const Signature before = test::make_signature(status, test::share_diagnosis("kept"));
    const auto events = decide(before, ChangeTags{{"x"}, {"api"}});
    ASSERT_TRUE(events);
    Signature expected = before;
    expected.tags = {"db", "x"};
    ++expected.version;
    ++expected.last_sequence;
    EXPECT_EQ(test::fold(before, *events, test::at_second(50)), expected);
  }
}

TEST(ChangeTags, RefusesBadTags) {
  const std::string long_tag(limits::max_tag_bytes + 1, 't');
  for (const std::string& tag : {std::string(), long_tag, std::string("a\nb")}) {
    const auto events = decide(tagged(), ChangeTags{{tag}, {}});
    ASSERT_FALSE(events) << tag;
    EXPECT_EQ(events.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ChangeTags, RefusesMoreTagsThanTheLimit) {
  Tags many;
  for (std::size_t i = 0; i + 2 < limits::max_tags; ++i) many.push_back(fmt::format("t{:04}", i));
  EXPECT_EQ(change(many, {}).tags.size(), limits::max_tags);
  many.emplace_back("one-more");
  const auto events = decide(tagged(), ChangeTags{many, {}});
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(change(many, {"api"}).tags.size(), limits::max_tags);
}

}  // namespace
}  // namespace rounds
