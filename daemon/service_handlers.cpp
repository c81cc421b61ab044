#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/use_awaitable.hpp>

#include "api/openapi.hpp"
#include "daemon/handlers.hpp"
#include "daemon/readiness.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

asio::awaitable<Response> get_health(Services&, Request&) {
  co_return ok_json({{"status", "alive"}});
}

// Ready means that a write would be accepted. The store tells how it is; if it finds nothing wrong,
// an empty write goes all the way through its queue, which writes nothing for it, but refuses it
// when it is full, closed or has failed.
asio::awaitable<Response> get_readiness(Services& services, Request&) {
  std::vector<Obstacle> obstacles;
  if (services.stopping.load()) obstacles.push_back(daemon_is_stopping());
  if (services.store_condition) add_obstacles(obstacles, services.store_condition());
  if (!obstacles.empty()) co_return not_ready(obstacles);
  Submission submission = RecordOccurrences{};
  Result<Commit> commit =
      co_await services.store.submit(std::move(submission), asio::use_awaitable);
  if (commit) co_return ok_json({{"status", "ready"}});
  obstacles.push_back(refused_write(commit.error()));
  co_return not_ready(obstacles);
}

asio::awaitable<Response> get_metrics(Services& services, Request&) {
  Result<StoreStats> stats = co_await services.store.get_stats(asio::use_awaitable);
  std::optional<StoreMetrics> store;
  if (services.store_metrics) {
    Result<StoreMetrics> metrics =
        co_await services.store.get_metrics(services.store_metrics, asio::use_awaitable);
    if (metrics) store = *std::move(metrics);
  }
  co_return ok(services.metrics.to_text(stats ? &*stats : nullptr, store ? &*store : nullptr,
                                        services.request_memory.used()),
               "text/plain; version=0.0.4; charset=utf-8");
}

asio::awaitable<Response> get_openapi(Services&, Request&) {
  co_return ok(std::string(api::openapi_document()), "application/json");
}

}  // namespace

void add_service_routes(Router& router, Services& services) {
  const auto add = [&](std::string_view pattern, Access access, auto handler) {
    Route route;
    route.pattern = pattern;
    route.access = access;
    route.handler = [&services, handler](Request& request) { return handler(services, request); };
    router.add(std::move(route));
  };
  add("/healthz", Access::open, get_health);
  add("/readyz", Access::open, get_readiness);
  add("/metrics", Access::admin, get_metrics);
  add("/openapi.json", Access::open, get_openapi);
}

}  // namespace rounds::daemon
