#include "daemon/server.hpp"

#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/connections.hpp"
#include "daemon/handlers.hpp"
#include "daemon/logging.hpp"
#include "daemon/session.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// After a failed accept (no file descriptors left, for one) another try at once would fail as well.
constexpr std::chrono::milliseconds accept_retry_interval{100};

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

}  // namespace

// The order of the members is that of the destructors' needs: the store's front ends first (it
// waits for what is under way), then the io_context with whatever still waits in it, then what
// those use.
class Server::Impl {
 public:
  Impl(SignatureStore& store, const ServerOptions& options)
      : options_(options),
        memory_(options.request_memory_bytes),
        context_(io_threads),
        strand_(asio::make_strand(context_)),
        acceptor_(strand_),
        slot_freed_(strand_, asio::steady_timer::time_point::max()),
        store_(store, async_options()),
        backups_(options_.create_backup),
        rebuilds_(options_.rebuild, options_.projections) {
    add_otlp_routes(router_, services_);
    add_sentry_routes(router_, services_);
    add_query_routes(router_, services_);
    add_command_routes(router_, services_);
    add_event_routes(router_, services_);
    add_backup_routes(router_, services_);
    add_rebuild_routes(router_, services_);
    add_service_routes(router_, services_);
  }

  [[nodiscard]] Result<void> listen() {
    boost::system::error_code error;
    static_cast<void>(acceptor_.open(options_.listen.protocol(), error));
    if (!error) static_cast<void>(acceptor_.set_option(tcp::acceptor::reuse_address(true), error));
    if (!error) static_cast<void>(acceptor_.bind(options_.listen, error));
    if (!error) static_cast<void>(acceptor_.listen(tcp::acceptor::max_listen_connections, error));
    if (!error) endpoint_ = acceptor_.local_endpoint(error);
    if (!error) return {};
    const bool taken = error == asio::error::address_in_use;
    return fail(taken ? ErrorCode::in_use : ErrorCode::io_error,
                fmt::format("cannot listen on {}: {}; choose another address or port",
                            to_text(options_.listen), error.message()));
  }

  void run() {
    asio::co_spawn(strand_, accept_connections(), asio::detached);
    for (int i = 0; i < io_threads; ++i) {
      threads_.emplace_back([this] { run_io(); });
    }
  }

  void stop() {
    if (threads_.empty()) return;
    asio::post(strand_, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      slot_freed_.cancel();
    });
    backups_.stop();
    rebuilds_.stop();
    stop_sessions();
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    connections_.clear();  // their sockets must not outlive the io_context
  }

  [[nodiscard]] tcp::endpoint endpoint() const { return endpoint_; }
  [[nodiscard]] const Router& router() const { return router_; }
  [[nodiscard]] bool is_encrypted() const { return options_.tls != nullptr; }

 private:
  [[nodiscard]] AsyncStoreOptions async_options() {
    AsyncStoreOptions options;
    options.read_finished = [this](std::string_view name, std::chrono::nanoseconds taken) {
      slow_queries_.note(taken, {{"query", name}, {"duration_ms", milliseconds_of(taken)}});
    };
    return options;
  }

  void run_io() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (const std::exception& exception) {
        // No handler of ours throws; if a library's does, the others go on.
        spdlog::error("an io thread caught: {}", loggable(exception.what()));
      }
    }
  }

  // Returns when there is room for one more connection.
  asio::awaitable<void> make_room() {
    while (acceptor_.is_open() && connections_.count() >= options_.connections) {
      // If none can be spared now, the new one waits in the kernel's queue.
      if (connections_.close_longest_waiting()) metrics_.connection_evicted();
      slot_freed_.expires_after(eviction_retry_interval);
      static_cast<void>(co_await slot_freed_.async_wait(as_result));
    }
  }

  asio::awaitable<void> accept_connections() {
    while (acceptor_.is_open()) {
      // Nobody gives way before somebody is there.
      static_cast<void>(co_await acceptor_.async_wait(tcp::acceptor::wait_read, as_result));
      co_await make_room();
      if (!acceptor_.is_open()) break;
      asio::any_io_executor session_executor = asio::make_strand(context_);
      auto [error, socket] = co_await acceptor_.async_accept(session_executor, as_result);
      if (!error) {
        start_session(std::move(socket));
      } else if (error != asio::error::operation_aborted) {
        spdlog::warn("cannot accept a connection: {}", error.message());
        asio::steady_timer pause(strand_, accept_retry_interval);
        static_cast<void>(co_await pause.async_wait(as_result));
      }
    }
  }

  void start_session(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto executor = socket.get_executor();
    auto session =
        std::make_shared<Session>(std::move(socket), session_context_,
                                  options_.tls == nullptr ? nullptr : options_.tls->context());
    if (!connections_.add(session)) return;
    metrics_.connection_opened();
    asio::co_spawn(executor, session->run(), [this, session](const std::exception_ptr& thrown) {
      end_session(session, thrown);
    });
  }

  void end_session(const std::shared_ptr<Session>& session, const std::exception_ptr& thrown) {
    if (thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& exception) {
        spdlog::error("a session ended: {}", loggable(exception.what()));
      }
    }
    metrics_.connection_closed();
    connections_.remove(*session);
    asio::post(strand_, [this] { slot_freed_.cancel(); });
  }

  void stop_sessions() {
    stopping_.store(true);
    const std::size_t left = connections_.stop(options_.stop_deadline);
    if (left > 0) {
      spdlog::warn("{} connections were cut off: they did not end within {} ms", left,
                   options_.stop_deadline.count());
    }
  }

  const ServerOptions options_;
  Metrics metrics_;
  MemoryBudget memory_;
  Router router_{metrics_, {options_.access.get(), options_.local_only}};
  std::atomic<bool> stopping_{false};
  Connections connections_;
  SlowLog slow_requests_{"slow request"};
  const SessionContext session_context_{router_,   memory_,        options_,
                                        stopping_, slow_requests_, connections_};
  tcp::endpoint endpoint_;

  asio::io_context context_;
  asio::strand<asio::io_context::executor_type> strand_;  // of the acceptor
  tcp::acceptor acceptor_;
  asio::steady_timer slot_freed_;  // cancelled when a session ends
  SlowLog slow_queries_{"slow query"};
  AsyncStore store_;
  Backups backups_;
  Rebuilds rebuilds_;
  Services services_{store_,
                     backups_,
                     rebuilds_,
                     metrics_,
                     *options_.clock,
                     options_.grouping,
                     stopping_,
                     options_.heartbeat_interval,
                     memory_,
                     options_.store_metrics,
                     options_.store_condition,
                     *options_.access};
  std::vector<std::thread> threads_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): a thread that cannot be joined ends the process
Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(SignatureStore& store, const ServerOptions& options) {
  auto impl = std::make_unique<Impl>(store, options);
  if (auto listening = impl->listen(); !listening) return std::unexpected(listening.error());
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

tcp::endpoint Server::endpoint() const {
  return impl_->endpoint();
}

std::string Server::url() const {
  return fmt::format("{}://{}", impl_->is_encrypted() ? "https" : "http",
                     to_text(impl_->endpoint()));
}

std::vector<std::string> Server::routes() const {
  return impl_->router().routes();
}

void Server::stop() {
  impl_->stop();
}

}  // namespace rounds::daemon
