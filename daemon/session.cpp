#include "daemon/session.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/peer_state.hpp"

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

constexpr const char* no_memory = "too many large requests at once; retry later";

constexpr std::string_view last_chunk = "0\r\n\r\n";

Error daemon_stopping() {
  return {ErrorCode::unavailable,
          "the daemon is stopping; go on behind the last event when it is back"};
}

// Whether the body comes in a coding that is not undone here: where it ends is not known then.
bool has_unknown_coding(const RequestHeader& header) {
  const auto coding = header.find(http::field::transfer_encoding);
  return coding != header.end() && !beast::iequals(coding->value(), "chunked");
}

bool expects_continue(const RequestHeader& header) {
  return beast::iequals(header[http::field::expect], "100-continue");
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionContext& context,
                 std::shared_ptr<asio::ssl::context> tls)
    : context_(context), stream_(std::move(socket), std::move(tls)) {}

void Session::stop() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->spare_) self->stream_.cancel();
    if (self->body_ != nullptr) self->end_stream(daemon_stopping());
  });
}

void Session::give_way() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->spare_) self->stream_.close();
  });
}

void Session::become_idle() {
  spare_ = true;
  context_.connections.becomes_idle(*this);
}

asio::awaitable<void> Session::run() {
  if (!context_.stopping.load()) {
    stream_.expires_after(context_.options.header_timeout);
    const bool agreed = co_await stream_.begin();
    keep_alive_ = agreed;
  }
  while (keep_alive_ && !context_.stopping.load()) {
    const bool begun = co_await wait_for_request();
    if (!begun) break;
    co_await serve_request();
    if (keep_alive_) become_idle();
  }
  co_await close();
}

asio::awaitable<bool> Session::wait_for_request() {
  if (buffer_.size() > 0) co_return true;  // pipelined
  const auto timeout =
      any_request_ ? context_.options.idle_timeout : context_.options.header_timeout;
  stream_.expires_after(timeout);
  const auto space = buffer_.prepare(first_read_bytes);
  const auto [error, bytes] = co_await stream_.async_read_some(space, as_result);
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
  const auto start = std::chrono::steady_clock::now();
  if (incoming.admitted) {
    counter = incoming.admitted->counter;
    response = co_await answer(*incoming.admitted);
    counter->count_duration(std::chrono::steady_clock::now() - start);
  } else {
    counter = incoming.rejected->counter;
    response = std::move(incoming.rejected->response);
  }
  counter->count(response.result_int());
  log_request(parser.get().method_string(), *counter, response,
              std::chrono::steady_clock::now() - start);
  if (response.stream) {
    const unsigned version = parser.get().version();
    co_await write_stream(std::move(response), version, without_body);
  } else {
    co_await write(std::move(response), without_body);
  }
}

void Session::log_request(std::string_view method, const RouteCounter& route,
                          const Response& response, std::chrono::nanoseconds taken) const {
  const bool is_slow = SlowLog::is_slow(taken);
  if (!is_slow && !spdlog::should_log(spdlog::level::debug)) return;
  const std::string shown = loggable(method);
  const auto fields = {LogField{"method", shown}, LogField{"route", route.route()},
                       LogField{"status", std::uint64_t{response.result_int()}},
                       LogField{"duration_ms", milliseconds_of(taken)},
                       LogField{"answer_bytes", std::uint64_t{response.body().size()}}};
  log_fields(spdlog::level::debug, "request", fields);
  context_.slow_requests.note(taken, fields);
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
  spare_ = false;
  context_.connections.becomes_busy(*this);

  if (has_unknown_coding(parser.get())) {
    keep_alive_ = false;
    co_return malformed(400, "the only transfer coding that is taken is chunked");
  }
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
  const auto first_bytes = std::min<std::uint64_t>(announced, first_body_reservation_bytes);
  auto memory = context_.memory.reserve(first_bytes, request.memory_share);
  if (!memory) co_return rejected(route.no_memory_status, no_memory);
  request.memory = std::move(*memory);

  if (expects_continue(parser.get())) {
    const bool written = co_await write_continue(parser.get().version());
    if (!written) co_return Incoming{};
  }
  parser.body_limit(route.body.max_bytes);
  const auto [error, memory_left] = co_await receive_body(parser, request.memory, announced);
  if (!memory_left) co_return rejected(route.no_memory_status, no_memory);
  if (error == http::error::body_limit) co_return rejected(413, too_large);
  if (is_malformed(error)) {
    co_return rejected(400, fmt::format("the body is not well-formed HTTP: {}", error.message()));
  }
  if (error) co_return Incoming{};
  request.body = std::move(parser.get().body());
  co_return Incoming{std::move(admitted), std::nullopt};
}

// Reads the body, of at most `announced` bytes, into `parser`; takes memory for it as it arrives.
asio::awaitable<Session::BodyEnd> Session::receive_body(Parser& parser, MemoryReservation& memory,
                                                        std::uint64_t announced) {
  stream_.expires_after(context_.options.body_timeout);
  parser.eager(true);
  while (!parser.is_done()) {
    const auto [error, bytes] = co_await http::async_read_some(stream_, buffer_, parser, as_result);
    if (error) co_return BodyEnd{error, true};
    const std::size_t held = parser.get().body().size();
    if (held <= memory.bytes()) continue;
    // Doubling, so that a body costs few steps.
    const std::uint64_t doubled = std::min<std::uint64_t>(2 * memory.bytes(), announced);
    if (!memory.grow(std::max<std::uint64_t>(held, doubled) - memory.bytes())) {
      co_return BodyEnd{{}, false};
    }
  }
  co_return BodyEnd{};
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

asio::awaitable<void> Session::write_stream(Response response, unsigned version,
                                            bool without_body) {
  // An HTTP/1.0 client knows no chunks: for it, the end of the connection is the end of the body.
  const bool chunked = version >= 11;
  keep_alive_ = keep_alive_ && chunked && !context_.stopping.load();
  http::response<http::empty_body> head(std::move(response.base()));
  head.keep_alive(keep_alive_);
  head.set(http::field::date, http_date());
  head.chunked(chunked);
  http::response_serializer<http::empty_body> serializer(head);
  stream_.expires_after(context_.options.write_timeout);
  const auto [error, bytes] = co_await http::async_write_header(stream_, serializer, as_result);
  bool written = !error;
  if (written && !without_body) {
    written = co_await write_pieces(*response.stream, chunked);
  }
  if (!written) {
    keep_alive_ = false;
    unread_ = false;  // there is nobody to wait for
  }
}

// False if the client was lost before the end.
asio::awaitable<bool> Session::write_pieces(BodyStream& body, bool chunked) {
  struct Sending {
    Session& session;
    ~Sending() {
      beast::error_code ignored;
      session.body_ = nullptr;
      session.cut_off_.cancel();
      session.stream_.socket().cancel(ignored);  // ends watch_peer()
    }
  };
  body_ = &body;
  const Sending until_return{*this};
  if (context_.stopping.load()) end_stream(daemon_stopping());
  watch_peer();
  for (;;) {
    std::optional<std::string> piece = co_await body.next();
    if (!piece) break;
    const std::string text =
        chunked ? fmt::format("{:x}\r\n{}\r\n", piece->size(), *piece) : *std::move(piece);
    const bool written = co_await write_text(text);
    if (!written) co_return false;
  }
  if (!chunked) co_return true;
  const bool finished = co_await write_text(last_chunk);
  co_return finished;
}

// Any progress gives the client another write_timeout.
asio::awaitable<bool> Session::write_text(std::string_view text) {
  while (!text.empty()) {
    stream_.expires_after(context_.options.write_timeout);
    const auto rest = asio::buffer(text);
    const auto [error, bytes] = co_await stream_.async_write_some(rest, as_result);
    if (error == beast::error::timeout) {
      spdlog::warn("a stream ends in the middle: its client took nothing for {} ms",
                   context_.options.write_timeout.count());
    }
    if (error) co_return false;
    text.remove_prefix(bytes);
  }
  co_return true;
}

// A client that leaves is noticed at once, not by the heartbeat that it does not take. What it
// sends instead is its next request, which waits.
void Session::watch_peer() {
  stream_.socket().async_wait(
      asio::ip::tcp::socket::wait_read,
      [self = shared_from_this()](const beast::error_code& error) {
        if (error || self->body_ == nullptr) return;
        const PeerState peer = peer_state(self->stream_.socket());
        if (peer == PeerState::waits) return self->watch_peer();
        if (peer == PeerState::sends) return;
        self->end_stream({ErrorCode::unavailable, "the client has closed its side"});
      });
}

void Session::end_stream(const Error& why) {
  body_->end(why);
  cut_off_.expires_after(context_.options.stream_end_timeout);
  cut_off_.async_wait([self = shared_from_this()](const beast::error_code& error) {
    if (!error && self->body_ != nullptr) self->stream_.close();
  });
}

asio::awaitable<bool> Session::write_continue(unsigned version) {
  http::response<http::empty_body> response(http::status::continue_, version);
  stream_.expires_after(context_.options.write_timeout);
  const auto [error, bytes] = co_await http::async_write(stream_, response, as_result);
  co_return !error;
}

asio::awaitable<void> Session::close() {
  become_idle();  // nobody need wait for what follows
  beast::error_code ignored;
  stream_.expires_after(context_.options.linger_timeout);
  co_await stream_.end();
  const bool linger = unread_ || stream_.socket().available(ignored) > 0;
  if (linger) {
    std::string dropped(drain_bytes, '\0');
    const auto space = asio::buffer(dropped);
    for (std::size_t total = 0; total < max_linger_bytes;) {
      const auto [error, bytes] = co_await stream_.next_layer().async_read_some(space, as_result);
      if (error) break;
      total += bytes;
    }
  }
  stream_.socket().close(ignored);
}

}  // namespace rounds::daemon
