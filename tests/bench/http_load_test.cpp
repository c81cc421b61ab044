#include "bench/support/http_load.hpp"

#include <array>
#include <thread>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/support/process_usage.hpp"

namespace rounds::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;

constexpr std::string_view request = "GET / HTTP/1.1\r\n\r\n";

// Answers each request on its one connection with `answer` until the other side leaves.
class Server {
 public:
  explicit Server(std::string answer)
      : thread_([this, answer = std::move(answer)] {
          tcp::socket socket = acceptor_.accept();
          std::array<char, 256> next{};
          boost::system::error_code error;
          std::string received;
          while (true) {
            received.append(next.data(), socket.read_some(asio::buffer(next), error));
            if (error) return;
            if (!received.ends_with("\r\n\r\n")) continue;
            received.clear();
            ++answered_;
            asio::write(socket, asio::buffer(answer), error);
          }
        }) {}

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::size_t answered() {
    thread_.join();
    return answered_;
  }

 private:
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::size_t answered_ = 0;
  std::thread thread_;
};

constexpr auto same_request = [](std::size_t) { return request; };

TEST(HttpLoad, SendsAsManyRequestsAsAskedAndWaitsForTheirAnswers) {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  const HttpLoad load{.port = server.port(), .requests = 20, .expected_body = "{}"};
  auto result = run_http_load(load, same_request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_GT(result->latencies.percentile(1), 0);
  EXPECT_EQ(server.answered(), 20);
}

TEST(HttpLoad, AtAPaceTakesItsTime) {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const HttpLoad load{.port = server.port(), .requests = 11, .requests_per_second = 100};
  const auto result = run_http_load(load, same_request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_GE(result->seconds, 0.1) << "the last request begins after ten of a hundredth second";
  EXPECT_EQ(server.answered(), 11);
}

TEST(HttpLoad, FailsIfAnAnswerIsNotTheOneForSuccess) {
  Server server("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy");
  const HttpLoad load{.port = server.port(), .requests = 20};
  const auto result = run_http_load(load, same_request);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("busy"));
  EXPECT_EQ(server.answered(), 1);
}

TEST(HttpLoad, FailsIfNobodyListens) {
  std::uint16_t port = 0;
  {
    asio::io_context context;
    const tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    port = acceptor.local_endpoint().port();
  }
  EXPECT_FALSE(run_http_load({.port = port, .requests = 1}, same_request));
}

TEST(HttpGet, GivesTheBodyOfA200Answer) {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(http_get(server.port(), "/stats/of/all").value_or("none"), "{}");
  Server refusing("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  EXPECT_FALSE(http_get(refusing.port(), "/stats/of/all"));
  EXPECT_EQ(server.answered(), 1);
  EXPECT_EQ(refusing.answered(), 1);
}

TEST(HttpAnswers, AreCompleteWithTheirBody) {
  EXPECT_FALSE(parse_http_answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"));
  EXPECT_FALSE(parse_http_answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"));
  EXPECT_FALSE(parse_http_answer("something else\r\n\r\n"));
  const auto answer = parse_http_answer("HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nabc");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, "400");
  EXPECT_EQ(answer->body, "abc");
}

TEST(ProcessUsage, IsThatOfTheProcess) {
  const auto usage = usage_of(::getpid());
  ASSERT_TRUE(usage);
  EXPECT_GT(usage->peak_memory_bytes, 1024 * 1024);
  EXPECT_GE(usage->processor_seconds, 0);
  EXPECT_FALSE(usage_of(0));
}

}  // namespace
}  // namespace rounds::bench
