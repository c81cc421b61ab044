// The HTTP client against servers that do not behave.
#include "tools/http_client.hpp"

#include <future>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "core/clock.hpp"
#include "tools/server_backend.hpp"

namespace rounds::tools {
namespace {

namespace asio = boost::asio;

// Takes one connection, reads the header of a request, answers with fixed bytes and closes.
class FakeServer {
 public:
  explicit FakeServer(std::string answer) : answer_(std::move(answer)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeServer() { thread_.join(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

  // What was asked, once it was.
  [[nodiscard]] std::string request() { return request_.get_future().get(); }

 private:
  void serve() {
    asio::ip::tcp::socket socket = acceptor_.accept();
    std::string received;
    boost::system::error_code ignored;
    asio::read_until(socket, asio::dynamic_buffer(received), "\r\n\r\n", ignored);
    request_.set_value(received);
    if (answer_.empty()) {
      char byte = 0;
      socket.read_some(asio::buffer(&byte, 1), ignored);  // until the client gives up
    } else {
      asio::write(socket, asio::buffer(answer_), ignored);
    }
  }

  std::string answer_;
  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  std::promise<std::string> request_;
  std::thread thread_;
};

Result<HttpAnswer> get(const std::string& url,
                       std::chrono::milliseconds timeout = http_exchange_timeout) {
  return HttpClient::open(url).value().send({false, "/x?y=z", {}, {}}, timeout);
}

TEST(HttpClient, AsksForExactlyTheTarget) {
  FakeServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const auto answer = get(server.url());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->body, "ok");
  const std::string request = server.request();
  EXPECT_TRUE(request.starts_with("GET /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:")) << request;
}

TEST(HttpClient, SendsItsToken) {
  FakeServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const auto client = HttpClient::open(server.url(), {.token = "abc", .ca_file = {}}).value();
  ASSERT_TRUE(client.send({false, "/", {}, {}}));
  EXPECT_NE(server.request().find("\r\nAuthorization: Bearer abc\r\n"), std::string::npos);
}

TEST(HttpClient, RefusesACaFileThatIsNone) {
  const auto client = HttpClient::open("https://localhost", {.token = {}, .ca_file = "/absent"});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(client.error().message.find("/absent"), std::string::npos);
}

TEST(HttpClient, TakesAnyStatusAsAnAnswer) {
  FakeServer server("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(get(server.url())->status, 503U);
}

TEST(HttpClient, ReportsServersThatAreNotThere) {
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  const std::string url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  acceptor.close();
  const auto answer = get(url);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_NE(answer.error().message.find(url), std::string::npos) << answer.error().message;
}

TEST(HttpClient, ReportsServersThatSayNothing) {
  FakeServer server("");
  const auto answer = get(server.url(), std::chrono::milliseconds{50});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_NE(answer.error().message.find("took too long"), std::string::npos)
      << answer.error().message;
}

TEST(HttpClient, ReportsAnswersThatAreNone) {
  for (const char* text :
       {"garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut"}) {
    FakeServer server(text);
    const auto answer = get(server.url());
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  }
}

TEST(HttpClient, RefusesAnswersWithoutEnd) {
  FakeServer server("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
  const auto answer = get(server.url());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::too_large);
}

TEST(HttpClient, TakesAddressesOfServersOnly) {
  for (const char* url : {"http://127.0.0.1:4318", "http://[::1]:4318/", "http://localhost",
                          "https://localhost:4318"}) {
    EXPECT_TRUE(HttpClient::open(url)) << url;
  }
  for (const char* url : {"", "localhost:4318", "ftp://localhost", "http://", "http://h/path",
                          "http://user@h", "http://h?q", "http://h:port"}) {
    const auto client = HttpClient::open(url);
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ServerBackend, ReportsAnswersOfOtherServers) {
  for (const char* body : {"<html></html>", "{}", "[]", "{\"total\":\"many\"}"}) {
    FakeServer server("HTTP/1.1 200 OK\r\nContent-Length: " +
                      std::to_string(std::string(body).size()) + "\r\n\r\n" + body);
    const auto backend = open_server_backend(server.url(), system_clock()).value();
    const auto stats = backend->get_stats();
    ASSERT_FALSE(stats) << body;
    EXPECT_EQ(stats.error().code, ErrorCode::unavailable);
    EXPECT_NE(stats.error().message.find("check that --server"), std::string::npos);
  }
}

}  // namespace
}  // namespace rounds::tools
