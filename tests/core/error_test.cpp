#include "core/error.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "core/check.hpp"

namespace rounds {
namespace {

TEST(Error, HasADistinctNameForEachCode) {
  std::set<std::string_view> names;
  for (const ErrorCode code :
       {ErrorCode::invalid_argument, ErrorCode::not_found, ErrorCode::conflict, ErrorCode::refused,
        ErrorCode::overloaded, ErrorCode::unavailable, ErrorCode::in_use, ErrorCode::data_missing,
        ErrorCode::corruption, ErrorCode::unsupported, ErrorCode::io_error}) {
    names.insert(to_string(code));
  }
  EXPECT_EQ(names.size(), 11U);
  EXPECT_EQ(to_string(ErrorCode::not_found), "not_found");
}

TEST(Error, PutsContextInFrontAndKeepsItsCode) {
  const Error error{ErrorCode::io_error, "disk full"};
  EXPECT_EQ(error.with_context("append"), (Error{ErrorCode::io_error, "append: disk full"}));
}

TEST(CheckDeathTest, PrintsPlaceConditionAndMessageAndAborts) {
  EXPECT_DEATH(ROUNDS_CHECK(1 + 1 == 3, "arithmetic"),
               "error_test.cpp:[0-9]+: broken invariant: 1 \\+ 1 == 3: arithmetic");
}

TEST(CheckDeathTest, DoesNothingWhenTheConditionHolds) {
  ROUNDS_CHECK(1 + 1 == 2, "arithmetic");
}

}  // namespace
}  // namespace rounds
