#include "daemon/client_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace

ClientStream::ClientStream(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls)
    : tcp_(std::move(socket)), context_(std::move(tls)) {
  if (context_ != nullptr) tls_ = std::make_unique<TlsStream>(tcp_, *context_);
}

asio::awaitable<bool> ClientStream::begin() {
  if (tls_ == nullptr) co_return true;
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, as_result);
  co_return !error;
}

asio::awaitable<void> ClientStream::end() {
  if (tls_ != nullptr) static_cast<void>(co_await tls_->async_shutdown(as_result));
  boost::system::error_code ignored;
  tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace rounds::daemon
