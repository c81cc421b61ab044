#include "daemon/metrics.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"

namespace rounds::daemon {
namespace {

void add_header(std::string& text, std::string_view name, std::string_view type,
                std::string_view help) {
  fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

template <typename Value>
void add_metric(std::string& text, std::string_view name, std::string_view type,
                std::string_view help, Value value) {
  add_header(text, name, type, help);
  fmt::format_to(std::back_inserter(text), "{} {}\n", name, value);
}

void add_stats(std::string& text, const StoreStats& stats) {
  add_header(text, "rounds_signatures", "gauge", "Signatures in the store, by status.");
  for (const Status status : all_statuses) {
    const auto found = stats.by_status.find(status);
    fmt::format_to(std::back_inserter(text), "rounds_signatures{{status=\"{}\"}} {}\n",
                   to_string(status), found == stats.by_status.end() ? 0 : found->second);
  }
  add_metric(text, "rounds_occurrences", "gauge", "Occurrences that the store has counted.",
             stats.occurrence_count);
}

}  // namespace

void RouteCounter::count(unsigned status) {
  ROUNDS_CHECK(status >= 100 && status <= 599, "an HTTP status has three digits, 1 to 5 first");
  by_class_[status / 100 - 1].fetch_add(1);
}

std::uint64_t RouteCounter::of_class(std::size_t status_class) const {
  return by_class_.at(status_class - 1).load();
}

RouteCounter& Metrics::add_route(std::string route) {
  return routes_.emplace_back(std::move(route));
}

void Metrics::count_occurrences(std::uint64_t accepted, std::uint64_t rejected) {
  accepted_.fetch_add(accepted);
  rejected_.fetch_add(rejected);
}

std::string Metrics::to_text(const StoreStats* stats) const {
  std::string text;
  add_header(text, "rounds_http_requests_total", "counter",
             "Requests answered, by route and status class.");
  for (const RouteCounter& route : routes_) {
    for (std::size_t status_class = 1; status_class <= 5; ++status_class) {
      const std::uint64_t count = route.of_class(status_class);
      if (count == 0) continue;
      fmt::format_to(std::back_inserter(text),
                     "rounds_http_requests_total{{route=\"{}\",status=\"{}xx\"}} {}\n",
                     route.route(), status_class, count);
    }
  }
  add_metric(text, "rounds_occurrences_accepted_total", "counter",
             "Occurrences that were received over OTLP and made durable.", accepted_.load());
  add_metric(text, "rounds_occurrences_rejected_total", "counter",
             "Records that were received over OTLP and rejected.", rejected_.load());
  add_metric(text, "rounds_connections", "gauge", "Open connections.", connections_.load());
  const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started_;
  add_metric(text, "rounds_uptime_seconds", "gauge", "Seconds since the daemon started.",
             uptime.count());
  if (stats != nullptr) add_stats(text, *stats);
  return text;
}

}  // namespace rounds::daemon
