#include "daemon/metrics.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/check.hpp"
#include "daemon/exposition.hpp"
#include "daemon/process_metrics.hpp"
#include "daemon/store_exposition.hpp"

namespace rounds::daemon {
namespace {

void add_routes(Exposition& exposition, const std::deque<RouteCounter>& routes) {
  exposition.family("rounds_http_requests_total", "counter",
                    "Requests answered, by route and status class.");
  for (const RouteCounter& route : routes) {
    for (std::size_t status_class = 1; status_class <= 5; ++status_class) {
      const std::uint64_t count = route.of_class(status_class);
      if (count == 0) continue;
      exposition.sample({{"route", route.route()}, {"status", fmt::format("{}xx", status_class)}},
                        count);
    }
  }
  exposition.family("rounds_http_refusals_total", "counter",
                    "Requests that were refused or failed, by route and status.");
  for (const RouteCounter& route : routes) {
    for (std::size_t i = 0; i <= refusal_statuses.size(); ++i) {
      if (route.refusals(i) == 0) continue;
      const bool named = i < refusal_statuses.size();
      exposition.sample({{"route", route.route()},
                         {"status", named ? std::to_string(refusal_statuses.at(i)) : "other"}},
                        route.refusals(i));
    }
  }
  exposition.family("rounds_http_request_duration_seconds", "histogram",
                    "From the end of a request to the beginning of its answer, by route.");
  for (const RouteCounter& route : routes) {
    const HistogramCounts durations = route.durations().counts();
    if (durations.count() == 0) continue;
    exposition.histogram({{"route", route.route()}}, durations, nanoseconds_in_seconds);
  }
}

}  // namespace

void RouteCounter::count(unsigned status) {
  ROUNDS_CHECK(status >= 100 && status <= 599, "an HTTP status has three digits, 1 to 5 first");
  by_class_[status / 100 - 1].fetch_add(1);
  if (status < 400) return;
  const auto known = std::ranges::find(refusal_statuses, status) - refusal_statuses.begin();
  refusals_.at(static_cast<std::size_t>(known)).fetch_add(1);
}

std::uint64_t RouteCounter::of_class(std::size_t status_class) const {
  return by_class_.at(status_class - 1).load();
}

RouteCounter& Metrics::add_route(std::string_view route) {
  const auto known = std::ranges::find(routes_, route, &RouteCounter::route);
  return known != routes_.end() ? *known : routes_.emplace_back(std::string(route));
}

void Metrics::count_rejected(const std::array<std::size_t, otlp_rejections>& records) {
  for (std::size_t i = 0; i < records.size(); ++i) rejected_.at(i).fetch_add(records.at(i));
}

void Metrics::count_repeats(const Repeats& repeats) {
  sent_again_.fetch_add(repeats.sent_again);
  on_span_and_log_.fetch_add(repeats.on_span_and_log);
}

void Metrics::count_refused(ErrorCode reason, std::uint64_t occurrences) {
  const auto known = std::ranges::find(refusal_reasons, reason) - refusal_reasons.begin();
  refused_.at(static_cast<std::size_t>(known)).fetch_add(occurrences);
}

void Metrics::count_sentry_items(SentryItem outcome, std::uint64_t count) {
  sentry_items_.at(static_cast<std::size_t>(outcome)).fetch_add(count);
}

std::string Metrics::to_text(const StoreStats* stats, const StoreMetrics* store,
                             std::size_t request_memory) const {
  Exposition exposition;
  exposition.family("rounds_build_info", "gauge", "Always 1; its label is the release.");
  exposition.sample({{"version", ROUNDS_VERSION}}, 1);
  const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started_;
  exposition.gauge("rounds_uptime_seconds", "Seconds since the daemon started.", uptime.count());
  add_process_metrics(exposition);
  add_routes(exposition, routes_);
  exposition.counter("rounds_occurrences_accepted_total",
                     "Occurrences that were received and made durable, repeated ones included.",
                     accepted_.load());
  exposition.family("rounds_occurrences_repeated_total", "counter",
                    "Accepted occurrences that were counted before, and not again, by reason.");
  exposition.sample({{"reason", "sent_again"}}, sent_again_.load());
  exposition.sample({{"reason", "on_span_and_log"}}, on_span_and_log_.load());
  exposition.family("rounds_occurrences_rejected_total", "counter",
                    "Records that were received and cannot be counted, by reason; the client was "
                    "told.");
  constexpr std::array<std::string_view, otlp_rejections + 1> rejections{
      "time", "record_size", "attributes", "batch_size", "damaged"};
  for (std::size_t i = 0; i < rejections.size(); ++i) {
    exposition.sample({{"reason", rejections.at(i)}}, rejected_.at(i).load());
  }
  exposition.family("rounds_occurrences_refused_total", "counter",
                    "Occurrences of requests that the store refused, by reason; the client was "
                    "told and may send them again.");
  for (std::size_t i = 0; i < refused_.size(); ++i) {
    const bool named = i < refusal_reasons.size();
    exposition.sample({{"reason", named ? to_string(refusal_reasons.at(i)) : "other"}},
                      refused_.at(i).load());
  }
  exposition.family("rounds_sentry_items_total", "counter",
                    "Items that Sentry SDKs sent, by what became of them.");
  constexpr std::array<std::string_view, 5> outcomes{"recorded", "below_error", "skipped",
                                                     "damaged", "lost"};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    exposition.sample({{"outcome", outcomes.at(i)}}, sentry_items_.at(i).load());
  }
  exposition.gauge("rounds_connections", "Open connections.", connections_.load());
  exposition.counter("rounds_connections_evicted_total",
                     "Connections that were chosen to be closed, to make room for others.",
                     evicted_.load());
  exposition.gauge("rounds_event_streams", "Open streams of events.", event_streams_.load());
  exposition.gauge("rounds_request_memory_bytes",
                   "Memory that is reserved for the bodies of requests.", request_memory);
  if (stats != nullptr) add_store_stats(exposition, *stats);
  if (store != nullptr) add_store_metrics(exposition, *store);
  return std::move(exposition).take();
}

}  // namespace rounds::daemon
