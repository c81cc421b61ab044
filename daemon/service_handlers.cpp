#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "daemon/handlers.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

asio::awaitable<Response> get_health(Services&, Request&) {
  co_return ok_json({{"status", "alive"}});
}

// Ready means that a write would be accepted: an empty one goes all the way through the store's
// queue, which writes nothing for it, but refuses it when it is full, closed or has failed.
asio::awaitable<Response> get_readiness(Services& services, Request&) {
  if (services.stopping.load()) co_return problem(503, "the daemon is stopping");
  Submission submission = RecordOccurrences{};
  Result<Commit> commit =
      co_await services.store.submit(std::move(submission), asio::use_awaitable);
  if (!commit) co_return problem(503, commit.error().message);
  co_return ok_json({{"status", "ready"}});
}

asio::awaitable<Response> get_metrics(Services& services, Request&) {
  Result<StoreStats> stats = co_await services.store.get_stats(asio::use_awaitable);
  const StoreStats* known = stats ? &*stats : nullptr;
  co_return ok(services.metrics.to_text(known), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace

void add_service_routes(Router& router, Services& services) {
  const auto add = [&](std::string_view pattern, auto handler) {
    Route route;
    route.pattern = pattern;
    route.handler = [&services, handler](Request& request) { return handler(services, request); };
    router.add(std::move(route));
  };
  add("/healthz", get_health);
  add("/readyz", get_readiness);
  add("/metrics", get_metrics);
}

}  // namespace rounds::daemon
