#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/json/parse.hpp>

#include "core/check.hpp"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/http_conversation.hpp"
#include "tests/fuzz/properties.hpp"

namespace rounds::test {
namespace {

namespace http = boost::beast::http;
using Answer = http::response<http::empty_body>;

// Removes the header of an answer from the front of `bytes`.
Answer take_header(std::string_view& bytes) {
  http::response_parser<http::empty_body> parser;
  parser.skip(true);  // the body is looked at here
  parser.eager(false);
  boost::system::error_code error;
  const std::size_t size = parser.put(boost::asio::buffer(bytes), error);
  ROUNDS_CHECK(!error, error.message());
  ROUNDS_CHECK(parser.is_header_done(), "an answer has a whole header");
  bytes.remove_prefix(size);
  return parser.release();
}

// Removes the body that belongs to `answer`. Answers to HEAD have none, whatever they announce; no
// body of ours begins as an answer does, which tells them apart.
std::string_view take_body(const Answer& answer, std::string_view& bytes) {
  if (answer.result() == http::status::continue_) return {};
  const std::string_view announced = answer[http::field::content_length];
  ROUNDS_CHECK(!announced.empty(), "an answer says how long it is");
  if (bytes.empty() || bytes.starts_with("HTTP/1.")) return {};
  const std::size_t length = std::stoul(std::string(announced));
  ROUNDS_CHECK(length <= bytes.size(), "an answer is whole");
  const std::string_view body = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return body;
}

void check_answer(const Answer& answer, std::string_view body) {
  const unsigned status = answer.result_int();
  ROUNDS_CHECK(status < 500, "no request is an error of the daemon");
  if (status == 100) return;
  ROUNDS_CHECK(answer.count(http::field::date) == 1, "an answer has a date");
  const std::string_view type = answer[http::field::content_type];
  if (body.empty() || !type.ends_with("json")) return;
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  ROUNDS_CHECK(!error && value.is_object(), "an answer in JSON is an object");
  if (type != "application/problem+json") return;
  ROUNDS_CHECK(value.get_object().at("status") == status, "a problem has the status of its answer");
  ROUNDS_CHECK(status >= 400, "a problem is no success");
}

}  // namespace

void fuzz_http(std::string_view input) {
  const std::string answers = converse(input);
  std::string_view rest = answers;
  while (!rest.empty()) {
    const Answer answer = take_header(rest);
    check_answer(answer, take_body(answer, rest));
  }
}

}  // namespace rounds::test
