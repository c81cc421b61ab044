// A server on a free port of the loopback interface, over a store that tests can hold back, and a
// blocking client that sees every byte.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "daemon/server.hpp"
#include "tests/support/held_store.hpp"

namespace rounds::test {

namespace http = boost::beast::http;
using Answer = http::response<http::string_body>;

// One connection. Blocks; a test that waits for ever fails by its time limit.
class Connection {
 public:
  explicit Connection(const boost::asio::ip::tcp::endpoint& server);

  // Sends bytes as they are; false if the server closed before it took them all. Few tests mind:
  // its answer tells more.
  bool send(std::string_view bytes);

  // The next answer. Fails the test, and returns an empty one, if there is none.
  [[nodiscard]] Answer receive(bool to_head = false);

  // Whether the server ends the connection, without another byte, sooner or later.
  [[nodiscard]] bool ends();

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_{context_};
  boost::beast::flat_buffer buffer_;
};

class ServerTest : public testing::Test {
 protected:
  // Starts the server; once per test. Those of `options` that matter are set by the test.
  void start(daemon::ServerOptions options = {});

  [[nodiscard]] Connection connect() const { return Connection(server_->endpoint()); }

  // One request on a connection of its own.
  [[nodiscard]] Answer get(std::string_view target) const;
  [[nodiscard]] Answer post(std::string_view target, std::string_view content_type,
                            std::string_view body,
                            const std::vector<std::string>& more_fields = {}) const;
  [[nodiscard]] Answer post_json(std::string_view target, std::string_view body) const;

  // Records one occurrence and returns its signature.
  Signature record(const std::string& name, std::int64_t second = 1);

  HeldStore store_;
  std::unique_ptr<daemon::Server> server_;
};

// The text of a request with Host and Content-Length.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view target,
                                       std::string_view body = {},
                                       const std::vector<std::string>& fields = {});

// The body of an answer; fails the test if it is not JSON.
[[nodiscard]] boost::json::value json_of(const Answer& answer);

// Checks status, content type and the members of problem details; returns the detail.
[[nodiscard]] std::string problem_detail(const Answer& answer, unsigned status);

}  // namespace rounds::test
