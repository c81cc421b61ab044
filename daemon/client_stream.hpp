// The bytes of one connection, encrypted or not, with one time limit for whatever is under way.
//
// A model of Asio's AsyncReadStream and AsyncWriteStream, so that Beast reads and writes through
// it. Used on the strand of its socket.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace rounds::daemon {

class ClientStream {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  // Encrypted if `tls` is not null.
  ClientStream(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls);

  [[nodiscard]] executor_type get_executor() { return tcp_.get_executor(); }
  [[nodiscard]] boost::beast::tcp_stream& next_layer() { return tcp_; }
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return tcp_.socket(); }

  // Operations that are not done by then end with an error.
  void expires_after(std::chrono::milliseconds time) { tcp_.expires_after(time); }
  void cancel() { tcp_.cancel(); }
  void close() { tcp_.close(); }

  // Agrees on keys. False if the client would not, or was too slow; true at once without TLS.
  [[nodiscard]] boost::asio::awaitable<bool> begin();

  // Tells the client that nothing more comes. What it still sends can be read from next_layer().
  [[nodiscard]] boost::asio::awaitable<void> end();

  // Asio takes tokens as lvalues.
  // NOLINTBEGIN(cppcoreguidelines-missing-std-forward)
  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& space) {
          if (tls_ == nullptr) {
            tcp_.async_read_some(space, std::move(handler));
          } else {
            tls_->async_read_some(space, std::move(handler));
          }
        },
        token, buffers);
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& content) {
          if (tls_ == nullptr) {
            tcp_.async_write_some(content, std::move(handler));
          } else {
            tls_->async_write_some(content, std::move(handler));
          }
        },
        token, buffers);
  }
  // NOLINTEND(cppcoreguidelines-missing-std-forward)

 private:
  using TlsStream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

  boost::beast::tcp_stream tcp_;
  std::shared_ptr<boost::asio::ssl::context> context_;  // outlives what is made of it
  std::unique_ptr<TlsStream> tls_;                      // null: not encrypted
};

}  // namespace rounds::daemon
