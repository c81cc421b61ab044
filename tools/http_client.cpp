#include "tools/http_client.hpp"

#include <exception>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/system_error.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

namespace rounds::tools {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

using Message = http::request<http::string_body>;

Message make_message(const HttpRequest& request, const std::string& host,
                     const std::string& token) {
  constexpr unsigned http_1_1 = 11;
  Message message(request.post ? http::verb::post : http::verb::get, request.target, http_1_1);
  message.set(http::field::host, host);
  message.set(http::field::user_agent, "rounds");
  message.set(http::field::accept, "application/json");
  if (!token.empty()) message.set(http::field::authorization, "Bearer " + token);
  message.keep_alive(false);
  if (!request.content_type.empty()) {
    message.set(http::field::content_type,
                beast::string_view(request.content_type.data(), request.content_type.size()));
    message.body() = request.body;
  }
  message.prepare_payload();
  return message;
}

// Throws system_error, as the two below do.
template <typename Stream>
asio::awaitable<HttpAnswer> converse(Stream& stream, Message& message) {
  const auto [write_error, written] = co_await http::async_write(stream, message, as_result);
  // A server may answer and close before it has read a large body: its answer says why.
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(max_answer_bytes);
  const auto [read_error, received] = co_await http::async_read(stream, buffer, parser, as_result);
  if (read_error) throw boost::system::system_error(write_error ? write_error : read_error);
  HttpAnswer answer;
  answer.status = parser.get().result_int();
  answer.body = std::move(parser.get().body());
  co_return answer;
}

asio::awaitable<HttpAnswer> converse_encrypted(beast::tcp_stream& transport,
                                               asio::ssl::context& tls, const std::string& host,
                                               Message& message) {
  asio::ssl::stream<beast::tcp_stream&> stream(transport, tls);
  boost::system::error_code not_a_name;
  asio::ip::make_address(host, not_a_name);
  if (not_a_name) SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(host));
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  HttpAnswer answer = co_await converse(stream, message);
  co_return answer;
}

asio::awaitable<HttpAnswer> exchange(asio::io_context& context, std::string host, std::string port,
                                     std::shared_ptr<asio::ssl::context> tls, Message message,
                                     std::chrono::milliseconds timeout) {
  asio::ip::tcp::resolver resolver(context);
  const auto endpoints = co_await resolver.async_resolve(host, port, asio::use_awaitable);
  beast::tcp_stream stream(context);
  stream.expires_after(http_connect_timeout);
  co_await stream.async_connect(endpoints, asio::use_awaitable);
  stream.expires_after(timeout);
  HttpAnswer answer;
  if (tls == nullptr) {
    answer = co_await converse(stream, message);
  } else {
    answer = co_await converse_encrypted(stream, *tls, host, message);
  }
  co_return answer;
}

std::string reason_of(const boost::system::error_code& error) {
  if (error == beast::error::timeout) return "it took too long";
  if (error == http::error::end_of_stream) return "it closed the connection";
  return error.message();
}

}  // namespace

HttpClient::HttpClient(std::string host, std::string port, ServerCredentials credentials)
    : host_(std::move(host)), port_(std::move(port)), credentials_(std::move(credentials)) {}

Result<HttpClient> HttpClient::open(std::string_view url, ServerCredentials credentials) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool known = parsed && (parsed->scheme() == "http" || parsed->scheme() == "https") &&
                     !parsed->host().empty() && !parsed->has_userinfo() && !parsed->has_query() &&
                     !parsed->has_fragment() &&
                     (parsed->encoded_path().empty() || parsed->encoded_path() == "/");
  if (!known) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("\"{}\" is not the address of a server; write http://127.0.0.1:4318", url));
  }
  const bool encrypted = parsed->scheme() == "https";
  std::string port(parsed->port());
  if (port.empty()) port = encrypted ? "443" : "80";
  HttpClient client(parsed->host_address(), std::move(port), std::move(credentials));
  if (!encrypted) return client;
  client.tls_ = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(client.tls_->native_handle(), TLS1_2_VERSION);
  const std::string& ca_file = client.credentials_.ca_file;
  boost::system::error_code error;
  if (ca_file.empty()) {
    static_cast<void>(client.tls_->set_default_verify_paths(error));
  } else {
    static_cast<void>(client.tls_->load_verify_file(ca_file, error));
  }
  if (error) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the CA file {} cannot be used: {}; it holds certificates as PEM",
                            ca_file, error.message()));
  }
  return client;
}

std::string HttpClient::url() const {
  const bool is_ipv6 = host_.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", tls_ == nullptr ? "http" : "https",
                     is_ipv6 ? fmt::format("[{}]", host_) : host_, port_);
}

Result<HttpAnswer> HttpClient::send(const HttpRequest& request,
                                    std::chrono::milliseconds exchange_timeout) const {
  const std::string server = url();
  const std::string host = server.substr(server.find("://") + 3);
  HttpAnswer answer;
  boost::system::error_code error;
  try {
    asio::io_context context;
    asio::co_spawn(context,
                   exchange(context, host_, port_, tls_,
                            make_message(request, host, credentials_.token), exchange_timeout),
                   [&](const std::exception_ptr& failure, HttpAnswer received) {
                     if (failure) std::rethrow_exception(failure);
                     answer = std::move(received);
                   });
    context.run();
  } catch (const boost::system::system_error& failure) {
    error = failure.code();
  }
  if (!error) return answer;
  if (error == http::error::body_limit) {
    return fail(ErrorCode::too_large,
                fmt::format("the answer of {} is over {} bytes; ask for less with --limit", server,
                            max_answer_bytes));
  }
  return fail(ErrorCode::unavailable,
              fmt::format("{} does not answer: {}; check that rounds-ingestd listens there", server,
                          reason_of(error)));
}

std::string percent_encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace rounds::tools
