#include "daemon/session.hpp"

#include <ctime>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

// Errors come back as values: a client that went away is nothing exceptional.
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// The first read of a request: most headers fit, and it is what an idle connection keeps.
constexpr std::size_t first_read_bytes = 4096;

// What a lingering close reads at a time.
constexpr std::size_t drain_bytes = 16 * 1024;

// Whether the parser found the request itself wrong, rather than the connection.
bool is_malformed(const beast::error_code& error) {
  return error.category() == make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

bool is_header_too_large(const beast::error_code& error) {
  return error == http::error::header_limit || error == http::error::buffer_overflow;
}

std::string http_date() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

bool expects_continue(const RequestHeader& header) {
  return beast::iequals(header[http::field::expect], "100-continue");
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionContext& context)
    : context_(context), stream_(std::move(socket)) {}

void Session::stop() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
    if (self->waiting_) self->stream_.cancel();
  });
}

asio::awaitable<void> Session::run() {
  while (keep_alive_ && !context_.stopping.load()) {
    const bool begun = co_await wait_for_request();
    if (!begun) break;
    co_await serve_request();
  }
  co_await close();
}

asio::awaitable<bool> Session::wait_for_request() {
  if (buffer_.size() > 0) co_return true;  // pipelined
  const auto timeout =
      any_request_ ? context_.options.idle_timeout : context_.options.header_timeout;
  stream_.expires_after(timeout);
  waiting_ = true;
  const auto space = buffer_.prepare(first_read_bytes);
  const auto [error, bytes] = co_await stream_.async_read_some(space, as_result);
  waiting_ = false;
  buffer_.commit(bytes);
  co_return !error;
}

asio::awaitable<void> Session::serve_request() {
  any_request_ = true;
  Parser parser;
  Incoming incoming = co_await read_request(parser);
  if (!incoming.admitted && !incoming.rejected) {
    keep_alive_ = false;
    co_return;
  }
  // An unread body would be taken for the next request.
  unread_ = !parser.is_done();
  keep_alive_ = keep_alive_ && !unread_ && parser.keep_alive();
  const bool without_body = parser.get().method() == http::verb::head;
  RouteCounter* counter = nullptr;
  Response response;
  if (incoming.admitted) {
    counter = incoming.admitted->counter;
    response = co_await answer(*incoming.admitted);
  } else {
    counter = incoming.rejected->counter;
    response = std::move(incoming.rejected->response);
  }
  counter->count(response.result_int());
  co_await write(std::move(response), without_body);
}

Session::Incoming Session::malformed(unsigned status, std::string_view detail) const {
  return {std::nullopt, Rejected{&context_.router.other_requests(), problem(status, detail)}};
}

asio::awaitable<Session::Incoming> Session::read_request(Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(max_header_bytes));
  parser.body_limit(boost::none);  // the route tells, once the header is known
  stream_.expires_after(context_.options.header_timeout);
  const auto [error, bytes] = co_await http::async_read_header(stream_, buffer_, parser, as_result);
  if (is_header_too_large(error)) {
    co_return malformed(
        431, fmt::format("the request line and header fields have more than {} bytes; send less",
                         max_header_bytes));
  }
  if (is_malformed(error)) {
    co_return malformed(400, fmt::format("this is not HTTP/1.1: {}", error.message()));
  }
  if (error) co_return Incoming{};

  const bool has_body = !parser.is_done();
  auto admission = context_.router.admit(parser.get(), has_body);
  if (auto* rejected = std::get_if<Rejected>(&admission)) {
    co_return Incoming{std::nullopt, std::move(*rejected)};
  }
  Admitted& admitted = std::get<Admitted>(admission);
  if (!has_body) co_return Incoming{std::move(admitted), std::nullopt};
  Incoming incoming = co_await read_body(parser, std::move(admitted));
  co_return incoming;
}

asio::awaitable<Session::Incoming> Session::read_body(Parser& parser, Admitted admitted) {
  const Route& route = *admitted.route;
  Request& request = admitted.request;
  const auto rejected = [&](unsigned status, const std::string& detail) {
    return Incoming{
        std::nullopt,
        Rejected{admitted.counter, route.error_answer(request.content_type, status, detail)}};
  };
  const std::string too_large =
      fmt::format("the body has more than {} bytes, which is the limit here", route.body.max_bytes);
  const std::uint64_t announced = parser.content_length().value_or(route.body.max_bytes);
  if (announced > route.body.max_bytes) co_return rejected(413, too_large);
  auto memory = context_.memory.reserve(announced);
  if (!memory) co_return rejected(503, "too many large requests at once; retry later");
  request.memory = std::move(*memory);

  if (expects_continue(parser.get())) {
    const bool written = co_await write_continue(parser.get().version());
    if (!written) co_return Incoming{};
  }
  parser.body_limit(route.body.max_bytes);
  stream_.expires_after(context_.options.body_timeout);
  const auto [error, bytes] = co_await http::async_read(stream_, buffer_, parser, as_result);
  if (error == http::error::body_limit) co_return rejected(413, too_large);
  if (is_malformed(error)) {
    co_return rejected(400, fmt::format("the body is not well-formed HTTP: {}", error.message()));
  }
  if (error) co_return Incoming{};
  request.body = std::move(parser.get().body());
  co_return Incoming{std::move(admitted), std::nullopt};
}

asio::awaitable<Response> Session::answer(Admitted& admitted) {
  // Handlers report errors as answers; what a library below them throws fails this request alone.
  std::string failure;
  try {
    Response response = co_await admitted.route->handler(admitted.request);
    co_return response;
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  spdlog::error("{} failed: {}", admitted.route->pattern, loggable(failure));
  co_return admitted.route->error_answer(admitted.request.content_type, 500,
                                         "the request failed inside the daemon; see its log");
}

asio::awaitable<void> Session::write(Response response, bool without_body) {
  keep_alive_ = keep_alive_ && !context_.stopping.load();
  response.keep_alive(keep_alive_);
  response.set(http::field::date, http_date());
  response.prepare_payload();
  stream_.expires_after(context_.options.write_timeout);
  beast::error_code failure;
  if (without_body) {
    http::response<http::empty_body> head(std::move(response.base()));
    const auto [error, bytes] = co_await http::async_write(stream_, head, as_result);
    failure = error;
  } else {
    const auto [error, bytes] = co_await http::async_write(stream_, response, as_result);
    failure = error;
  }
  if (failure) {
    keep_alive_ = false;
    unread_ = false;  // there is nobody to wait for
  }
}

asio::awaitable<bool> Session::write_continue(unsigned version) {
  http::response<http::empty_body> response(http::status::continue_, version);
  stream_.expires_after(context_.options.write_timeout);
  const auto [error, bytes] = co_await http::async_write(stream_, response, as_result);
  co_return !error;
}

asio::awaitable<void> Session::close() {
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  const bool linger = unread_ || stream_.socket().available(ignored) > 0;
  if (linger) {
    stream_.expires_after(context_.options.linger_timeout);
    std::string dropped(drain_bytes, '\0');
    const auto space = asio::buffer(dropped);
    for (std::size_t total = 0; total < max_linger_bytes;) {
      const auto [error, bytes] = co_await stream_.async_read_some(space, as_result);
      if (error) break;
      total += bytes;
    }
  }
  stream_.socket().close(ignored);
}

}  // namespace rounds::daemon
