#include "daemon/http.hpp"

#include <ctime>

#include <boost/beast/http/field.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "daemon/limits.hpp"

namespace rounds::daemon {

std::string media_type(std::string_view content_type) {
  std::string result;
  for (const char c : content_type.substr(0, content_type.find(';'))) {
    if (c == ' ' || c == '\t') continue;
    result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return result;
}

Response make_response(unsigned status, std::string body, std::string_view content_type) {
  Response response;
  response.result(status);
  response.set(http::field::content_type, content_type);
  if (status == 429 || status == 503) {
    response.set(http::field::retry_after, std::to_string(retry_after_seconds));
  }
  response.body() = std::move(body);
  return response;
}

Response ok(std::string body, std::string_view content_type) {
  return make_response(200, std::move(body), content_type);
}

Response ok_json(const boost::json::value& value) {
  return ok(api::to_text(value), "application/json");
}

Response problem(unsigned status, std::string_view detail) {
  return make_response(status, api::to_text(api::problem_to_json(status, detail)),
                       api::problem_content_type);
}

Response problem(const Error& error) {
  return make_response(api::http_status(error.code), api::to_text(api::problem_to_json(error)),
                       api::problem_content_type);
}

std::string http_date() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

std::string loggable(std::string_view text, std::size_t max_bytes) {
  std::string result;
  for (const char c : text.substr(0, max_bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || c == '\\' || c == '"') {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", byte);
    } else {
      result.push_back(c);
    }
  }
  if (text.size() > max_bytes) result += "...";
  return result;
}

}  // namespace rounds::daemon
