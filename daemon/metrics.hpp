// The daemon's own numbers, in the Prometheus text format (version 0.0.4).
//
// Label values come from fixed sets (routes, status classes, signals), never from clients: the
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

#include "core/signature_store.hpp"

namespace rounds::daemon {

// The requests of one route, by the first digit of the status of their answers.
class RouteCounter {
 public:
  explicit RouteCounter(std::string route) : route_(std::move(route)) {}

  void count(unsigned status);

  [[nodiscard]] const std::string& route() const { return route_; }
  [[nodiscard]] std::uint64_t of_class(std::size_t status_class) const;  // 1 to 5

 private:
  std::string route_;
  std::array<std::atomic<std::uint64_t>, 5> by_class_{};
};

class Metrics {
 public:
  // A counter for the route with this label; lives as long as the object. Call before any other
  // thread uses the object.
  [[nodiscard]] RouteCounter& add_route(std::string route);

  void count_occurrences(std::uint64_t accepted, std::uint64_t rejected);

  void connection_opened() { connections_.fetch_add(1); }
  void connection_closed() { connections_.fetch_sub(1); }

  // All metrics as text. Those of the store are left out if `stats` is null.
  [[nodiscard]] std::string to_text(const StoreStats* stats) const;

 private:
  std::deque<RouteCounter> routes_;  // a deque does not move what it holds
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<std::int64_t> connections_{0};
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace rounds::daemon
