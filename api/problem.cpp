#include "api/problem.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include "api/json_reader.hpp"
#include "api/json_text.hpp"
#include "core/check.hpp"

namespace rounds::api {
namespace {

constexpr std::array all_codes{
    ErrorCode::invalid_argument, ErrorCode::too_large,   ErrorCode::not_found,
    ErrorCode::conflict,         ErrorCode::refused,     ErrorCode::overloaded,
    ErrorCode::unavailable,      ErrorCode::in_use,      ErrorCode::data_missing,
    ErrorCode::corruption,       ErrorCode::unsupported, ErrorCode::io_error};

// The reason phrases of RFC 9110 and RFC 6585 for the statuses that this project answers.
std::string_view title_of(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

ErrorCode code_of_status(unsigned status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::refused;
    case 404:
      return ErrorCode::not_found;
    case 409:
      return ErrorCode::conflict;
    case 413:
      return ErrorCode::too_large;
    case 429:
      return ErrorCode::overloaded;
    default:
      return status < 500 ? ErrorCode::invalid_argument : ErrorCode::unavailable;
  }
}

}  // namespace

unsigned http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
    case ErrorCode::refused:
      return 409;
    case ErrorCode::overloaded:
      return 429;
    case ErrorCode::unavailable:
    case ErrorCode::in_use:
    case ErrorCode::data_missing:
    case ErrorCode::corruption:
    case ErrorCode::unsupported:
    case ErrorCode::io_error:
      return 503;
  }
  ROUNDS_UNREACHABLE("ErrorCode outside its enumerators");
}

boost::json::object problem_to_json(unsigned status, std::string_view detail) {
  return {{"type", "about:blank"},
          {"title", title_of(status)},
          {"status", status},
          {"detail", json_string(detail)}};
}

boost::json::object problem_to_json(const Error& error) {
  boost::json::object object = problem_to_json(http_status(error.code), error.message);
  object["code"] = to_string(error.code);
  return object;
}

Error error_from_problem(unsigned status, std::string_view body) {
  ErrorCode code = code_of_status(status);
  const auto value = parse_json(body, "the answer");
  std::optional<std::string> detail;
  if (value && value->is_object()) {
    ObjectReader reader(*value, "the answer");
    detail = reader.optional_text("detail");
    const std::string name = reader.optional_text("code").value_or(std::string{});
    for (const ErrorCode candidate : all_codes) {
      if (to_string(candidate) == name) code = candidate;
    }
  }
  if (!detail && status == 401) {
    return {code, "the server wants a token (status 401); name a file with one by --token-file"};
  }
  return {code, detail.value_or(fmt::format("the server answered with status {}", status))};
}

}  // namespace rounds::api
