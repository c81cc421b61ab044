// The HTTP server of the daemon: listens, runs one session per connection, and stops gracefully.
//
// Owns its io threads (limits.hpp: io_threads), the asynchronous front of the store, routes and
// metrics. HTTP/1.1 with keep-alive; pipelined requests are answered one after another. Threads:
// start() and stop() are called by one thread, the one that owns the object.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/signature_store.hpp"
#include "daemon/access.hpp"
#include "daemon/backups.hpp"
#include "daemon/limits.hpp"
#include "daemon/rebuilds.hpp"
#include "daemon/tls.hpp"
#include "ingest/grouping.hpp"
#include "store/store_metrics.hpp"
#include "store/supervised_store.hpp"

namespace rounds::daemon {

struct ServerOptions {
  boost::asio::ip::tcp::endpoint listen;  // port 0: the system picks one
  const Clock* clock = &system_clock();   // never null; must outlive the server
  Grouping grouping;                      // how occurrences get their fingerprints
  Backups::Create create_backup;          // empty: clients can ask for none
  Rebuilds::Run rebuild;                  // likewise
  std::vector<std::string> projections;   // that can be rebuilt
  // What the store tells besides its port. The first is called on a thread that may wait for the
  // disk, the second anywhere. Empty: the store has none, and a write tells whether it is ready.
  std::function<Result<StoreMetrics>()> store_metrics;
  std::function<StoreCondition()> store_condition;

  // Who may do what; never null. Tokens may be loaded anew while the server runs.
  std::shared_ptr<const AccessControl> access = std::make_shared<AccessControl>();
  bool local_only = false;  // Guards::local_only
  // With what it speaks TLS; null: plain HTTP. May be loaded anew while the server runs.
  std::shared_ptr<const TlsIdentity> tls;

  // The defaults are explained in daemon/limits.hpp; tests set shorter ones.
  std::size_t connections = max_connections;
  std::size_t request_memory_bytes = max_request_memory_bytes;
  std::chrono::milliseconds header_timeout = daemon::header_timeout;
  std::chrono::milliseconds body_timeout = daemon::body_timeout;
  std::chrono::milliseconds idle_timeout = daemon::idle_timeout;
  std::chrono::milliseconds write_timeout = daemon::write_timeout;
  std::chrono::milliseconds heartbeat_interval = daemon::heartbeat_interval;
  std::chrono::milliseconds stream_end_timeout = daemon::stream_end_timeout;
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

  // "http://127.0.0.1:4318", or https with TLS.
  [[nodiscard]] std::string url() const;

  // What it serves, as method and path pattern: "GET /api/v1/signatures/{id}". GET stands for HEAD
  // as well.
  [[nodiscard]] std::vector<std::string> routes() const;

  // Accepts no more connections, closes the idle ones, ends event streams, gives up a backup, and
  // waits for requests in flight until they are answered or stop_deadline has passed; then cuts off
  // the rest. Idempotent.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;  // never null
};

}  // namespace rounds::daemon
