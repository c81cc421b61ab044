// One connection: reads requests, has them answered, writes the answers, until either side ends it.
//
// Whatever a client sends or a handler throws ends this session at most. A session runs on the
// strand of its socket; stop() alone may be called from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>

#include "daemon/memory_budget.hpp"
#include "daemon/router.hpp"
#include "daemon/server.hpp"

namespace rounds::daemon {

// What all sessions share. Owned by the server.
struct SessionContext {
  const Router& router;
  MemoryBudget& memory;
  const ServerOptions& options;
  const std::atomic<bool>& stopping;  // set before sessions are told to stop
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  // `context` must outlive the session. The executor of `socket` is a strand.
  Session(boost::asio::ip::tcp::socket socket, const SessionContext& context);

  // Runs the session to its end. Call once, on the strand of the socket.
  [[nodiscard]] boost::asio::awaitable<void> run();

  // Wakes the session up if it waits for a request, so that it sees SessionContext::stopping; in
  // the middle of one it looks by itself.
  void stop();

 private:
  using Parser = http::request_parser<http::string_body>;
  // What read_request() found: a request to answer, an answer already, or (empty) the end.
  struct Incoming {
    std::optional<Admitted> admitted;
    std::optional<Rejected> rejected;
  };

  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<void> serve_request();
  boost::asio::awaitable<Incoming> read_request(Parser& parser);
  boost::asio::awaitable<Incoming> read_body(Parser& parser, Admitted admitted);
  boost::asio::awaitable<Response> answer(Admitted& admitted);
  boost::asio::awaitable<void> write(Response response, bool without_body);
  boost::asio::awaitable<bool> write_continue(unsigned version);
  boost::asio::awaitable<void> close();

  [[nodiscard]] Incoming malformed(unsigned status, std::string_view detail) const;

  const SessionContext& context_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_{max_read_ahead_bytes};
  bool any_request_ = false;  // the first one has less time than later ones
  bool waiting_ = false;      // for the first byte of a request
  bool keep_alive_ = true;
  bool unread_ = false;  // the client may still be sending what will not be read
};

}  // namespace rounds::daemon
