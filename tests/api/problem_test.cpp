// Problem details, and what a client reads from them.
#include "api/problem.hpp"

#include <array>

#include <gtest/gtest.h>

#include "api/json_text.hpp"

namespace rounds::api {
namespace {

TEST(Problem, HasTheMembersOfRfc9457) {
  EXPECT_EQ(to_text(problem_to_json(404, "there is nothing here")),
            R"({"type":"about:blank","title":"Not Found","status":404,)"
            R"("detail":"there is nothing here"})");
}

TEST(Problem, NamesTheCodeOfOurErrors) {
  EXPECT_EQ(to_text(problem_to_json(Error{ErrorCode::refused, "no"})),
            R"({"type":"about:blank","title":"Conflict","status":409,"detail":"no",)"
            R"("code":"refused"})");
}

TEST(Problem, EveryCodeSurvivesTheRoundTrip) {
  for (const ErrorCode code :
       {ErrorCode::invalid_argument, ErrorCode::too_large, ErrorCode::not_found,
        ErrorCode::conflict, ErrorCode::refused, ErrorCode::overloaded, ErrorCode::unavailable,
        ErrorCode::in_use, ErrorCode::data_missing, ErrorCode::corruption, ErrorCode::unsupported,
        ErrorCode::io_error}) {
    const Error error{code, "what happened"};
    EXPECT_EQ(error_from_problem(http_status(code), to_text(problem_to_json(error))), error);
  }
}

TEST(Problem, GuessesFromTheStatusWhenTheBodyIsForeign) {
  constexpr std::array<std::pair<unsigned, ErrorCode>, 8> expected{{
      {400, ErrorCode::invalid_argument},
      {401, ErrorCode::refused},
      {404, ErrorCode::not_found},
      {409, ErrorCode::conflict},
      {413, ErrorCode::too_large},
      {415, ErrorCode::invalid_argument},
      {429, ErrorCode::overloaded},
      {502, ErrorCode::unavailable},
  }};
  for (const auto& [status, code] : expected) {
    const Error error = error_from_problem(status, "<html>");
    EXPECT_EQ(error.code, code) << status;
    EXPECT_NE(error.message.find(std::to_string(status)), std::string::npos);
  }
}

}  // namespace
}  // namespace rounds::api
