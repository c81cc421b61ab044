// One connection: reads requests, has them answered, writes the answers, until either side ends it.
//
// Whatever a client sends or a handler throws ends this session at most. A session runs on the
// strand of its socket; stop() and give_way() alone may be called from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "daemon/client_stream.hpp"
#include "daemon/connections.hpp"
#include "daemon/logging.hpp"
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
  SlowLog& slow_requests;
  Connections& connections;  // told what becomes of the sessions in it
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  // `context` must outlive the session. The executor of `socket` is a strand. Encrypted if `tls` is
  // not null.
  Session(boost::asio::ip::tcp::socket socket, const SessionContext& context,
          std::shared_ptr<boost::asio::ssl::context> tls = nullptr);

  // Runs the session to its end. Call once, on the strand of the socket.
  [[nodiscard]] boost::asio::awaitable<void> run();

  // Has the session end if it waits for a whole request header, and ends the stream that it sends,
  // if any; in the middle of a request it looks at SessionContext::stopping by itself.
  void stop();

  // Has the session end at once, unless it has read a whole request header by then.
  void give_way();

 private:
  using Parser = http::request_parser<http::string_body>;
  // What read_request() found: a request to answer, an answer already, or (empty) the end.
  struct Incoming {
    std::optional<Admitted> admitted;
    std::optional<Rejected> rejected;
  };

  // How the reading of a body ended.
  struct BodyEnd {
    boost::system::error_code error;
    bool memory_left = true;  // false: there was none for all of it
  };

  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<void> serve_request();
  boost::asio::awaitable<Incoming> read_request(Parser& parser);
  boost::asio::awaitable<Incoming> read_body(Parser& parser, Admitted admitted);
  boost::asio::awaitable<BodyEnd> receive_body(Parser& parser, MemoryReservation& memory,
                                               std::uint64_t announced);
  boost::asio::awaitable<Response> answer(Admitted& admitted);
  boost::asio::awaitable<void> write(Response response, bool without_body);
  boost::asio::awaitable<void> write_stream(Response response, unsigned version, bool without_body);
  boost::asio::awaitable<bool> write_pieces(BodyStream& body, bool chunked);
  boost::asio::awaitable<bool> write_text(std::string_view text);
  boost::asio::awaitable<bool> write_continue(unsigned version);
  boost::asio::awaitable<void> close();
  void become_idle();

  // While body_ is being sent.
  void watch_peer();
  void end_stream(const Error& why);

  // Into the log: at the level debug, and louder if it was slow. Without its target, which may hold
  // secrets.
  void log_request(std::string_view method, const RouteCounter& route, const Response& response,
                   std::chrono::nanoseconds taken) const;
  [[nodiscard]] Incoming malformed(unsigned status, std::string_view detail) const;

  const SessionContext& context_;
  ClientStream stream_;
  boost::beast::flat_buffer buffer_{max_read_ahead_bytes};
  boost::asio::steady_timer cut_off_{stream_.get_executor()};  // of a stream that is to end
  BodyStream* body_ = nullptr;                                 // being sent; null: none
  bool any_request_ = false;  // the first one has less time than later ones
  bool spare_ = true;         // has nothing to answer: may end at any time
  bool keep_alive_ = true;
  bool unread_ = false;  // the client may still be sending what will not be read
};

}  // namespace rounds::daemon
