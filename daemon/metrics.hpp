// The daemon's own numbers, in the Prometheus text format (version 0.0.4).
//
// Label values come from fixed sets (routes, status classes, reasons), never from clients: the
// number of series is bounded. Counting is lock-free and may be done from any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/histogram.hpp"
#include "core/signature_store.hpp"
#include "ingest/otlp.hpp"
#include "store/store_metrics.hpp"

namespace rounds::daemon {

// Why a store refuses a whole request. Everything else counts as one more reason, "other".
inline constexpr std::array refusal_reasons{ErrorCode::invalid_argument, ErrorCode::overloaded,
                                            ErrorCode::unavailable, ErrorCode::corruption,
                                            ErrorCode::io_error};

// Statuses of answers that refuse a request or say that it failed. All others count as one more.
inline constexpr std::array<unsigned, 14> refusal_statuses{400, 401, 403, 404, 405, 409, 413,
                                                           414, 415, 421, 429, 431, 500, 503};

// The requests of one route: the first digit of the status of their answers, and how long the
// answers took.
class RouteCounter {
 public:
  explicit RouteCounter(std::string route) : route_(std::move(route)) {}

  void count(unsigned status);
  // From the end of the request to the answer, which is not sent yet.
  void count_duration(std::chrono::nanoseconds taken) {
    durations_.observe(static_cast<std::uint64_t>(taken.count()));
  }

  [[nodiscard]] const std::string& route() const { return route_; }
  [[nodiscard]] std::uint64_t of_class(std::size_t status_class) const;  // 1 to 5
  // By refusal_statuses.
  [[nodiscard]] std::uint64_t refusals(std::size_t place) const {
    return refusals_.at(place).load();
  }
  [[nodiscard]] const Histogram& durations() const { return durations_; }

 private:
  std::string route_;
  std::array<std::atomic<std::uint64_t>, 5> by_class_{};
  std::array<std::atomic<std::uint64_t>, refusal_statuses.size() + 1> refusals_{};
  Histogram durations_{duration_bounds_ns};
};

// What became of the items that Sentry SDKs sent.
enum class SentryItem : std::uint8_t {
  recorded,     // errors
  below_error,  // messages of lower levels, which are not kept
  skipped,      // of types that report no error
  damaged,
  lost,  // errors that the store did not take
};

class Metrics {
 public:
  // The counter for the route with this label, which all of its methods share; lives as long as the
  // object. Call before any other thread uses the object.
  [[nodiscard]] RouteCounter& add_route(std::string_view route);

  void count_accepted(std::uint64_t occurrences) { accepted_.fetch_add(occurrences); }

  // Records that cannot be counted: of OTLP, by OtlpRejection; of Sentry, damaged ones.
  void count_rejected(const std::array<std::size_t, otlp_rejections>& records);
  void count_damaged(std::uint64_t records) { rejected_.back().fetch_add(records); }

  // Accepted ones that the store had counted before.
  void count_repeats(const Repeats& repeats);

  // Occurrences of a request that was refused as a whole by the store, with `reason`.
  void count_refused(ErrorCode reason, std::uint64_t occurrences);

  void count_sentry_items(SentryItem outcome, std::uint64_t count);

  void connection_opened() { connections_.fetch_add(1); }
  void connection_closed() { connections_.fetch_sub(1); }
  // One of those was chosen to be closed, to make room for another.
  void connection_evicted() { evicted_.fetch_add(1); }

  void event_stream_opened() { event_streams_.fetch_add(1); }
  void event_stream_closed() { event_streams_.fetch_sub(1); }

  // All metrics as text. Those of the store are left out where they are null. `request_memory` are
  // the bytes that request bodies hold.
  [[nodiscard]] std::string to_text(const StoreStats* stats, const StoreMetrics* store,
                                    std::size_t request_memory) const;

 private:
  std::deque<RouteCounter> routes_;  // a deque does not move what it holds
  std::atomic<std::uint64_t> accepted_{0};
  std::array<std::atomic<std::uint64_t>, otlp_rejections + 1> rejected_{};  // damaged ones last
  std::atomic<std::uint64_t> sent_again_{0};
  std::atomic<std::uint64_t> on_span_and_log_{0};
  std::array<std::atomic<std::uint64_t>, refusal_reasons.size() + 1> refused_{};
  std::array<std::atomic<std::uint64_t>, 5> sentry_items_{};  // by SentryItem
  std::atomic<std::int64_t> connections_{0};
  std::atomic<std::uint64_t> evicted_{0};
  std::atomic<std::int64_t> event_streams_{0};
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace rounds::daemon
