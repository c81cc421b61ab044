#include "tests/fuzz/http_conversation.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include "core/check.hpp"
#include "daemon/handlers.hpp"
#include "daemon/session.hpp"
#include "store/memory_store.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

StoreOptions options_with(const Clock& clock) {
  StoreOptions options;
  options.clock = &clock;
  return options;
}

class Conversation {
 public:
  Conversation() : store_(options_with(clock_)) {
    daemon::add_otlp_routes(router_, services_);
    daemon::add_sentry_routes(router_, services_);
    daemon::add_query_routes(router_, services_);
    daemon::add_command_routes(router_, services_);
    daemon::add_service_routes(router_, services_);
    Signature signature;
    signature.id = SignatureId::parse(conversation_signature_id).value();
    signature.identity = make_identity("known");
    signature.first_seen = at_second(0);
    signature.last_seen = at_second(0);
    signature.occurrence_count = 1;
    ROUNDS_CHECK(store_.import(std::move(signature)).has_value(), "the store takes the signature");
  }

  std::string run(std::string_view requests) {
    Socket server(context_);
    asio::local::connect_pair(client_, server);
    // A session takes sockets of TCP; it asks nothing of them that this one does not answer.
    asio::ip::tcp::socket socket(context_, asio::ip::tcp::v4(), server.release());
    auto session = std::make_shared<daemon::Session>(std::move(socket), session_context_);
    const auto rethrow = [](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
    };
    asio::co_spawn(context_, session->run(), rethrow);
    asio::co_spawn(context_, send(requests), rethrow);
    asio::co_spawn(context_, receive(), rethrow);
    context_.run();
    return std::move(answers_);
  }

 private:
  asio::awaitable<void> send(std::string_view requests) {
    const auto all = asio::buffer(requests);
    static_cast<void>(co_await asio::async_write(client_, all, as_result));
    boost::system::error_code ignored;
    client_.shutdown(Socket::shutdown_send, ignored);
  }

  asio::awaitable<void> receive() {
    std::string part(64 * 1024, '\0');
    const auto space = asio::buffer(part);
    for (;;) {
      const auto [error, bytes] = co_await client_.async_read_some(space, as_result);
      if (error) break;
      answers_.append(part, 0, bytes);
    }
  }

  asio::io_context context_{1};
  Socket client_{context_};
  std::string answers_;

  ManualClock clock_{at_second(1000)};
  MemoryStore store_;
  AsyncStore async_store_{store_, {.read_threads = 1}};
  const Grouping grouping_;
  const std::atomic<bool> stopping_{false};
  daemon::Metrics metrics_;
  daemon::MemoryBudget memory_{daemon::max_request_memory_bytes};
  const daemon::ServerOptions options_;
  daemon::Router router_{metrics_};
  daemon::Backups backups_{{}};
  daemon::Rebuilds rebuilds_{{}, {}};
  daemon::Services services_{async_store_,
                             backups_,
                             rebuilds_,
                             metrics_,
                             clock_,
                             grouping_,
                             stopping_,
                             options_.heartbeat_interval,
                             memory_,
                             options_.store_metrics,
                             options_.store_condition,
                             *options_.access};
  daemon::SlowLog slow_requests_{"slow request"};
  daemon::Connections connections_;
  const daemon::SessionContext session_context_{router_,   memory_,        options_,
                                                stopping_, slow_requests_, connections_};
};

}  // namespace

std::string converse(std::string_view requests) {
  spdlog::set_level(spdlog::level::off);
  return Conversation().run(requests);
}

}  // namespace rounds::test
