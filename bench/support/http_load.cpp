#include "bench/support/http_load.hpp"

#include <array>
#include <charconv>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace rounds::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Answers of a server that takes a batch are a few hundred bytes.
constexpr std::size_t read_bytes = 4096;

Result<void> connect_to(tcp::socket& socket, std::uint16_t port) {
  boost::system::error_code error;
  static_cast<void>(socket.connect({asio::ip::address_v4::loopback(), port}, error));
  if (!error) static_cast<void>(socket.set_option(tcp::no_delay(true), error));
  if (!error) return {};
  return fail(ErrorCode::io_error,
              fmt::format("cannot connect to port {}: {}", port, error.message()));
}

class Generator {
 public:
  Generator(const HttpLoad& load, const NextRequest& next) : load_(load), next_(next) {
    for (std::size_t i = 0; i < load.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(context_));
    }
  }

  Result<HttpLoadResult> run() {
    if (auto connected = connect(); !connected) {
      return std::unexpected(std::move(connected.error()));
    }
    result_.latencies.reserve(load_.requests);
    const Stopwatch stopwatch;
    start_ = SteadyClock::now();
    for (std::size_t i = 0; i < connections_.size(); ++i) idle_.push_back(i);
    begin_due_requests();
    context_.run();
    if (failure_) return std::unexpected(*failure_);
    result_.seconds = stopwatch.seconds();
    result_.processor_seconds = stopwatch.processor_seconds();
    return std::move(result_);
  }

 private:
  struct Connection {
    explicit Connection(asio::io_context& context) : socket(context), received(read_bytes, '\0') {}

    tcp::socket socket;
    SteadyClock::time_point since;  // when its request was to begin
    std::string received;
    std::size_t received_bytes = 0;
  };

  Result<void> connect() {
    for (const auto& connection : connections_) {
      if (auto connected = connect_to(connection->socket, load_.port); !connected) {
        return connected;
      }
    }
    return {};
  }

  [[nodiscard]] SteadyClock::time_point due(std::uint64_t request) const {
    const double seconds = static_cast<double>(request) / *load_.requests_per_second;
    return start_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }

  // Gives connections without a request those that are due, and waits for the next.
  void begin_due_requests() {
    while (!failure_ && !idle_.empty() && begun_ < load_.requests) {
      SteadyClock::time_point since = SteadyClock::now();
      if (load_.requests_per_second) {
        const auto planned = due(begun_);
        if (planned > since) {
          wait_until(planned);
          return;
        }
        since = planned;
      }
      const std::size_t chosen = idle_.front();
      idle_.pop_front();
      ++begun_;
      connections_[chosen]->since = since;
      send(chosen);
    }
  }

  void wait_until(SteadyClock::time_point time) {
    if (waiting_) return;
    waiting_ = true;
    timer_.expires_at(time);
    timer_.async_wait([this](const boost::system::error_code&) {
      waiting_ = false;
      begin_due_requests();
    });
  }

  void send(std::size_t number) {
    Connection& connection = *connections_[number];
    const std::string_view request = next_(number);
    asio::async_write(connection.socket, asio::buffer(request),
                      [this, number](const boost::system::error_code& error, std::size_t) {
                        if (error) return stop("sending a request failed", error.message());
                        receive(number);
                      });
  }

  void receive(std::size_t number) {
    Connection& connection = *connections_[number];
    const auto space = asio::buffer(connection.received) + connection.received_bytes;
    connection.socket.async_read_some(
        space, [this, number](const boost::system::error_code& error, std::size_t bytes) {
          if (error) return stop("there is no answer", error.message());
          connections_[number]->received_bytes += bytes;
          take_answer(number);
        });
  }

  void take_answer(std::size_t number) {
    Connection& connection = *connections_[number];
    const auto received =
        std::string_view(connection.received).substr(0, connection.received_bytes);
    const auto answer = parse_http_answer(received);
    if (!answer && received.size() < read_bytes) return receive(number);
    if (!answer || answer->status != "200" || answer->body != load_.expected_body) {
      return stop("an answer is not the one for success", received);
    }
    connection.received_bytes = 0;
    result_.latencies.add(SteadyClock::now() - connection.since);
    idle_.push_back(number);
    begin_due_requests();
  }

  void stop(std::string_view what, std::string_view detail) {
    if (!failure_) failure_ = Error{ErrorCode::io_error, fmt::format("{}: {}", what, detail)};
    context_.stop();
  }

  const HttpLoad& load_;
  const NextRequest& next_;
  asio::io_context context_{1};
  asio::steady_timer timer_{context_};
  std::vector<std::unique_ptr<Connection>> connections_;
  // Those without a request, the longest without one first: a server closes a connection that sends
  // nothing for seconds.
  std::deque<std::size_t> idle_;
  std::uint64_t begun_ = 0;
  bool waiting_ = false;  // for the time of the next request
  SteadyClock::time_point start_;
  std::optional<Error> failure_;
  HttpLoadResult result_;
};

}  // namespace

Result<HttpLoadResult> run_http_load(const HttpLoad& load, const NextRequest& next) {
  return Generator(load, next).run();
}

Result<std::string> http_get(std::uint16_t port, std::string_view target) {
  asio::io_context context;
  tcp::socket socket(context);
  if (auto connected = connect_to(socket, port); !connected) {
    return std::unexpected(std::move(connected.error()));
  }
  const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
  boost::system::error_code error;
  asio::write(socket, asio::buffer(request), error);
  std::string received;
  std::array<char, read_bytes> next{};
  while (!error) {
    const std::size_t bytes = socket.read_some(asio::buffer(next), error);
    received.append(next.data(), bytes);
    const auto answer = parse_http_answer(received);
    if (!answer) continue;
    if (answer->status == "200") return std::string(answer->body);
    return fail(ErrorCode::io_error, fmt::format("no answer to GET {} but {}", target, received));
  }
  return fail(ErrorCode::io_error, fmt::format("no answer to GET {}: {}", target, error.message()));
}

std::optional<HttpAnswer> parse_http_answer(std::string_view bytes) {
  constexpr std::string_view version = "HTTP/1.1 ";
  constexpr std::string_view head_end = "\r\n\r\n";
  constexpr std::string_view length_name = "\r\nContent-Length: ";
  constexpr std::size_t status_digits = 3;
  const std::size_t end = bytes.find(head_end);
  if (end == std::string_view::npos || !bytes.starts_with(version)) return std::nullopt;
  const std::string_view head = bytes.substr(0, end + 2);
  std::size_t length = 0;
  if (const std::size_t at = head.find(length_name); at != std::string_view::npos) {
    const char* digits = head.data() + at + length_name.size();
    if (std::from_chars(digits, head.data() + head.size(), length).ec != std::errc{}) {
      return std::nullopt;
    }
  }
  const std::string_view rest = bytes.substr(end + head_end.size());
  if (rest.size() < length) return std::nullopt;
  return HttpAnswer{bytes.substr(version.size(), status_digits), rest.substr(0, length)};
}

}  // namespace rounds::bench
