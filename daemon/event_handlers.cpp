#include <limits>
#include <memory>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "core/utf8.hpp"
#include "daemon/event_stream.hpp"
#include "daemon/handlers.hpp"
#include "daemon/query_parameters.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

struct EventsQuery {
  Sequence from = 1;
  bool follow = true;
};

Result<EventsQuery> read_events_query(const Request& request) {
  if (auto known = check_parameters(request, {"from", "follow"}); !known) {
    return std::unexpected(std::move(known.error()));
  }
  EventsQuery query;
  if (const std::string* text = find_parameter(request, "from")) {
    const auto from = parse_sequence("from", *text);
    if (!from) return std::unexpected(from.error());
    query.from = *from;
  }
  if (const std::string* text = find_parameter(request, "follow")) {
    if (*text != "true" && *text != "false") {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("follow is \"{}\"; use true or false", excerpt(*text)));
    }
    query.follow = *text == "true";
  }
  if (!request.last_event_id.empty()) {
    const auto last = parse_sequence("Last-Event-ID", request.last_event_id);
    if (!last) return std::unexpected(last.error());
    // Behind the last sequence that there can be stands none; the store says where the log ends.
    query.from = *last == std::numeric_limits<Sequence>::max() ? *last : *last + 1;
  }
  return query;
}

asio::awaitable<Response> get_events(Services& services, Request& request) {
  const auto query = read_events_query(request);
  if (!query) co_return problem(query.error());
  EventStream::Options options{framing_of(request.accept), std::nullopt,
                               services.heartbeat_interval};
  if (!query->follow) {
    Result<StoreStats> stats = co_await services.store.get_stats(asio::use_awaitable);
    if (!stats) co_return problem(stats.error());
    options.until = stats->sequence;
  }
  Result<std::unique_ptr<Subscription>> subscription =
      co_await services.store.subscribe(query->from, asio::use_awaitable);
  if (!subscription) co_return problem(subscription.error());
  Response response = ok({}, media_type_of(options.framing));
  response.set(http::field::cache_control, "no-store");
  response.set("X-Accel-Buffering", "no");  // or nginx would hold events back
  response.stream = std::make_unique<EventStream>(services.store, services.metrics,
                                                  *std::move(subscription), options);
  co_return response;
}

}  // namespace

void add_event_routes(Router& router, Services& services) {
  Route route;
  route.pattern = "/api/v1/events";
  route.handler = [&services](Request& request) { return get_events(services, request); };
  router.add(std::move(route));
}

}  // namespace rounds::daemon
