// Pages, histories and statistics.
#include "api/store_json.hpp"

#include <gtest/gtest.h>

#include "api/json_text.hpp"
#include "tests/support/samples.hpp"

namespace rounds::api {
namespace {

TEST(StoreJson, PageNamesItsCursorAndSequence) {
  SignaturePage page;
  page.sequence = 9;
  EXPECT_EQ(to_text(page_to_json(page)), R"({"signatures":[],"next_cursor":null,"sequence":9})");
  page.next = PageCursor{};
  const auto object = page_to_json(page);
  EXPECT_EQ(PageCursor::decode(std::string_view(object.at("next_cursor").as_string())),
            PageCursor{});
}

TEST(StoreJson, HistoryCursorSurvivesTheRoundTrip) {
  HistoryPage page;
  page.next = 42;
  const auto object = history_page_to_json(page);
  EXPECT_EQ(to_text(object), R"({"events":[],"next_cursor":"42","sequence":0})");
  EXPECT_EQ(history_cursor_from_text(object.at("next_cursor").as_string()), 42U);
}

TEST(StoreJson, RefusesForeignHistoryCursors) {
  for (const char* text : {"", "x", "-1", "1x", "99999999999999999999", "0x1"}) {
    const auto version = history_cursor_from_text(text);
    ASSERT_FALSE(version) << text;
    EXPECT_EQ(version.error().code, ErrorCode::invalid_argument);
  }
}

TEST(StoreJson, StatsOfAnEmptyStoreHaveZerosAndNulls) {
  EXPECT_EQ(to_text(stats_to_json({}, test::at_second(0))),
            R"({"total":0,"occurrence_count":0,"mean_occurrence_count":0E0,)"
            R"("by_status":{"new":0,"investigating":0,"diagnosed":0,"resolved":0,"muted":0},)"
            R"("by_service":{},"oldest_first_seen":null,"oldest_age_seconds":null,"sequence":0})");
}

TEST(StoreJson, StatsTellTheAgeOfTheOldest) {
  StoreStats stats;
  stats.signature_count = 2;
  stats.occurrence_count = 5;
  stats.by_status[Status::muted] = 2;
  stats.by_service["checkout"] = 2;
  stats.oldest_first_seen = test::at_second(10);
  stats.sequence = 7;
  const auto object = stats_to_json(stats, test::at_second(70));
  EXPECT_EQ(object.at("mean_occurrence_count").as_double(), 2.5);
  EXPECT_EQ(object.at("by_status").as_object().at("muted"), 2);
  EXPECT_EQ(object.at("by_service").as_object().at("checkout"), 2);
  EXPECT_EQ(object.at("oldest_first_seen"), "2026-01-01T00:00:10.000000Z");
  EXPECT_EQ(object.at("oldest_age_seconds").as_double(), 60.0);
  // A clock that was set back makes no negative age.
  EXPECT_EQ(stats_to_json(stats, test::at_second(0)).at("oldest_age_seconds").as_double(), 0.0);
  EXPECT_TRUE(stats_to_json(stats, std::nullopt).at("oldest_age_seconds").is_null());
}

}  // namespace
}  // namespace rounds::api
