// The small parts of the daemon that need no socket: the memory budget, log texts, media types.
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "daemon/http.hpp"
#include "daemon/memory_budget.hpp"

namespace rounds::daemon {
namespace {

TEST(MemoryBudget, RefusesWhatDoesNotFit) {
  MemoryBudget budget(100);
  auto first = budget.reserve(60);
  ASSERT_TRUE(first);
  EXPECT_FALSE(budget.reserve(41));
  EXPECT_FALSE(budget.reserve(static_cast<std::size_t>(-1)));
  EXPECT_TRUE(budget.reserve(40));  // and given back at once
  EXPECT_FALSE(first->grow(41));
  EXPECT_TRUE(first->grow(40));
  EXPECT_FALSE(budget.reserve(1));
}

TEST(MemoryBudget, HasHalfForThoseWhoShallLeaveTheOtherHalf) {
  MemoryBudget budget(100);
  auto whole = budget.reserve(30);
  auto half = budget.reserve(20, MemoryShare::half);
  ASSERT_TRUE(half);
  EXPECT_FALSE(half->grow(1));
  EXPECT_FALSE(budget.reserve(1, MemoryShare::half));
  EXPECT_TRUE(whole->grow(50));
  EXPECT_FALSE(budget.reserve(0, MemoryShare::half)) << "more than half is taken";
}

TEST(MemoryBudget, GetsBackWhatReservationsHeld) {
  MemoryBudget budget(100);
  {
    auto reservation = budget.reserve(100);
    ASSERT_TRUE(reservation);
    MemoryReservation moved = std::move(*reservation);
    MemoryReservation assigned;
    assigned = std::move(moved);
    EXPECT_FALSE(budget.reserve(1)) << "a move gives nothing back";
  }
  EXPECT_TRUE(budget.reserve(100));
}

TEST(LogText, EscapesWhatCouldForgeALine) {
  EXPECT_EQ(loggable("plain text"), "plain text");
  EXPECT_EQ(loggable("a\nb\x1B[31m\"\\\xC3"), "a\\x0ab\\x1b[31m\\x22\\x5c\\xc3");
  EXPECT_EQ(loggable(std::string(300, 'x')), std::string(256, 'x') + "...");
}

TEST(MediaType, DropsParametersSpacesAndCase) {
  EXPECT_EQ(media_type("Application/JSON; charset=utf-8"), "application/json");
  EXPECT_EQ(media_type(" application/x-protobuf "), "application/x-protobuf");
  EXPECT_EQ(media_type(""), "");
}

}  // namespace
}  // namespace rounds::daemon
