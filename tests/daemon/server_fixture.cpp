#include "tests/daemon/server_fixture.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "tests/support/samples.hpp"

namespace rounds::test {

namespace asio = boost::asio;

Connection::Connection(const asio::ip::tcp::endpoint& server) {
  socket_.connect(server);
}

bool Connection::send(std::string_view bytes) {
  boost::system::error_code error;
  asio::write(socket_, asio::buffer(bytes), error);
  return !error;
}

Answer Connection::receive(bool to_head) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(to_head);
  boost::system::error_code error;
  http::read(socket_, buffer_, parser, error);
  EXPECT_FALSE(error) << "no answer: " << error.message();
  return parser.release();
}

bool Connection::ends() {
  if (buffer_.size() > 0) return false;
  char byte = 0;
  boost::system::error_code error;
  socket_.read_some(asio::buffer(&byte, 1), error);
  return error == asio::error::eof || error == asio::error::connection_reset;
}

std::string request_text(std::string_view method, std::string_view target, std::string_view body,
                         const std::vector<std::string>& fields) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, target);
  for (const std::string& field : fields) text += field + "\r\n";
  if (!body.empty() || method == "POST") {
    text += fmt::format("Content-Length: {}\r\n", body.size());
  }
  text += "\r\n";
  return text.append(body);
}

void ServerTest::start(daemon::ServerOptions options) {
  options.listen = asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0);
  auto server = daemon::Server::start(store_, options);
  ASSERT_TRUE(server) << server.error().message;
  server_ = std::move(*server);
}

Answer ServerTest::get(std::string_view target) const {
  Connection connection = connect();
  connection.send(request_text("GET", target));
  return connection.receive();
}

Answer ServerTest::post(std::string_view target, std::string_view content_type,
                        std::string_view body, const std::vector<std::string>& more_fields) const {
  std::vector<std::string> fields = more_fields;
  if (!content_type.empty()) fields.push_back(fmt::format("Content-Type: {}", content_type));
  Connection connection = connect();
  connection.send(request_text("POST", target, body, fields));
  return connection.receive();
}

Answer ServerTest::post_json(std::string_view target, std::string_view body) const {
  return post(target, "application/json", body);
}

Signature ServerTest::record(const std::string& name, std::int64_t second) {
  const auto identity = make_identity(name);
  EXPECT_TRUE(store_.record({make_occurrence(identity, at_second(second))}));
  return store_.get_by_fingerprint(identity->fingerprint).value().value();
}

boost::json::value json_of(const Answer& answer) {
  boost::system::error_code error;
  auto value = boost::json::parse(answer.body(), error);
  EXPECT_FALSE(error) << answer.body();
  return value;
}

std::string problem_detail(const Answer& answer, unsigned status) {
  EXPECT_EQ(answer.result_int(), status) << answer.body();
  EXPECT_EQ(answer[http::field::content_type], "application/problem+json");
  const auto value = json_of(answer);
  if (!value.is_object()) return {};
  const auto& object = value.get_object();
  EXPECT_EQ(object.at("type"), "about:blank");
  EXPECT_FALSE(object.at("title").as_string().empty());
  EXPECT_EQ(object.at("status"), status);
  return std::string(object.at("detail").as_string());
}

}  // namespace rounds::test
