// The HTTP server of the daemon: listens, runs one session per connection, and stops gracefully.
//
// Owns its io threads (limits.hpp: io_threads), the asynchronous front of the store, routes and
// metrics. HTTP/1.1 with keep-alive; pipelined requests are answered one after another. Threads:
// start() and stop() are called by one thread, the one that owns the object.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/signature_store.hpp"
#include "daemon/limits.hpp"
#include "ingest/grouping.hpp"

namespace rounds::daemon {

struct ServerOptions {
  boost::asio::ip::tcp::endpoint listen;  // port 0: the system picks one
  const Clock* clock = &system_clock();   // never null; must outlive the server
  Grouping grouping;                      // how occurrences get their fingerprints

  // The defaults are explained in daemon/limits.hpp; tests set shorter ones.
  std::size_t connections = max_connections;
  std::size_t request_memory_bytes = max_request_memory_bytes;
  std::chrono::milliseconds header_timeout = daemon::header_timeout;
  std::chrono::milliseconds body_timeout = daemon::body_timeout;
  std::chrono::milliseconds idle_timeout = daemon::idle_timeout;
  std::chrono::milliseconds write_timeout = daemon::write_timeout;
  std::chrono::milliseconds linger_timeout = daemon::linger_timeout;
  std::chrono::milliseconds stop_deadline = daemon::stop_deadline;
};

class Server {
 public:
  // Listens and starts to answer. `store` must outlive the server, which never closes it. Errors
  // name the address: in_use if somebody listens there; io_error if it cannot be listened on.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(SignatureStore& store,
                                                             const ServerOptions& options);

  // Calls stop(), then waits until the store has completed what requests had submitted to it.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens, with the port that was picked.
  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const;

  // "http://127.0.0.1:4318".
  [[nodiscard]] std::string url() const;

  // Accepts no more connections, closes the idle ones, and waits for requests in flight until they
  // are answered or stop_deadline has passed; then cuts off the rest. Idempotent.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;  // never null
};

}  // namespace rounds::daemon
