#include "tools/http_client.hpp"

#include <exception>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
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

namespace rounds::tools {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

using Message = http::request<http::string_body>;

Message make_message(const HttpRequest& request, const std::string& host) {
  constexpr unsigned http_1_1 = 11;
  Message message(request.post ? http::verb::post : http::verb::get, request.target, http_1_1);
  message.set(http::field::host, host);
  message.set(http::field::user_agent, "rounds");
  message.set(http::field::accept, "application/json");
  message.keep_alive(false);
  if (!request.content_type.empty()) {
    message.set(http::field::content_type,
                beast::string_view(request.content_type.data(), request.content_type.size()));
    message.body() = request.body;
  }
  message.prepare_payload();
  return message;
}

// Throws system_error.
asio::awaitable<HttpAnswer> exchange(asio::io_context& context, std::string host, std::string port,
                                     Message message, std::chrono::milliseconds timeout) {
  asio::ip::tcp::resolver resolver(context);
  const auto endpoints = co_await resolver.async_resolve(host, port, asio::use_awaitable);
  beast::tcp_stream stream(context);
  stream.expires_after(http_connect_timeout);
  co_await stream.async_connect(endpoints, asio::use_awaitable);
  stream.expires_after(timeout);
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

std::string reason_of(const boost::system::error_code& error) {
  if (error == beast::error::timeout) return "it took too long";
  if (error == http::error::end_of_stream) return "it closed the connection";
  return error.message();
}

}  // namespace

Result<HttpClient> HttpClient::open(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool plain = parsed && parsed->scheme() == "http" && !parsed->host().empty() &&
                     !parsed->has_userinfo() && !parsed->has_query() && !parsed->has_fragment() &&
                     (parsed->encoded_path().empty() || parsed->encoded_path() == "/");
  if (!plain) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("\"{}\" is not the address of a server; write http://127.0.0.1:4318", url));
  }
  std::string port = parsed->has_port() ? std::string(parsed->port()) : std::string("80");
  if (port.empty()) port = "80";
  return HttpClient(parsed->host_address(), std::move(port));
}

Result<HttpAnswer> HttpClient::send(const HttpRequest& request,
                                    std::chrono::milliseconds exchange_timeout) const {
  const bool is_ipv6 = host_.find(':') != std::string::npos;
  const std::string host =
      is_ipv6 ? fmt::format("[{}]:{}", host_, port_) : fmt::format("{}:{}", host_, port_);
  HttpAnswer answer;
  boost::system::error_code error;
  try {
    asio::io_context context;
    asio::co_spawn(context,
                   exchange(context, host_, port_, make_message(request, host), exchange_timeout),
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
                fmt::format("the answer of http://{} is over {} bytes; ask for less with --limit",
                            host, max_answer_bytes));
  }
  return fail(ErrorCode::unavailable,
              fmt::format("http://{} does not answer: {}; check that rounds-ingestd listens there",
                          host, reason_of(error)));
}

std::string percent_encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace rounds::tools
