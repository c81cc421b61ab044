// A blocking client that reads an answer while it is being made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <gtest/gtest.h>

#include "tests/daemon/server_fixture.hpp"

namespace rounds::test {

// One request on a connection of its own.
class StreamClient {
 public:
  StreamClient(const boost::asio::ip::tcp::endpoint& server, std::string_view target,
               const std::vector<std::string>& fields = {}, int receive_buffer_bytes = 0) {
    parser_.body_limit(boost::none);
    parser_.eager(true);
    socket_.open(server.protocol());
    if (receive_buffer_bytes > 0) {
      socket_.set_option(boost::asio::socket_base::receive_buffer_size(receive_buffer_bytes));
    }
    socket_.connect(server);
    boost::asio::write(socket_, boost::asio::buffer(request_text("GET", target, "", fields)));
  }

  // The header of the answer.
  const http::response<http::string_body>& header() {
    if (!parser_.is_header_done()) {
      boost::system::error_code error;
      http::read_header(socket_, buffer_, parser_, error);
      EXPECT_FALSE(error) << error.message();
    }
    return parser_.get();
  }

  // The body up to and with the first `text` behind what was read before. Fails the test if the
  // answer ends before.
  std::string read_until(std::string_view text) {
    static_cast<void>(header());
    while (true) {
      const std::string& body = parser_.get().body();
      if (const std::size_t found = body.find(text, read_); found != std::string::npos) {
        const std::size_t end = found + text.size();
        const std::size_t begin = std::exchange(read_, end);
        return body.substr(begin, end - begin);
      }
      if (!read_some()) {
        ADD_FAILURE() << "the answer ends before \"" << text << "\": " << body.substr(read_);
        return {};
      }
    }
  }

  // The rest of the body, up to its end.
  std::string read_rest() {
    static_cast<void>(header());
    while (read_some()) {
    }
    const std::string& body = parser_.get().body();
    const std::size_t begin = std::exchange(read_, body.size());
    return body.substr(begin);
  }

  // Whether the answer has come to its proper end, rather than to that of the connection.
  [[nodiscard]] bool is_complete() const { return parser_.is_done(); }

 private:
  bool read_some() {
    if (parser_.is_done()) return false;
    boost::system::error_code error;
    http::read_some(socket_, buffer_, parser_, error);
    return !error;
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_{context_};
  boost::beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  std::size_t read_ = 0;  // of the body
};

}  // namespace rounds::test
