// Why the daemon is not ready, as GET /readyz tells it.
//
// Pure: usable from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "daemon/http.hpp"
#include "store/supervised_store.hpp"

namespace rounds::daemon {

// One reason. The code is a word that never changes: "opening" (the store, for the first time),
// "reopening" (after a failure), "store_failed", "disk_full", "queue_full", "refused" (a write, for
// another reason), "closed" or "stopping".
struct Obstacle {
  std::string_view code;
  std::string detail;  // one sentence
  // How far reading the log is; both 0: it is not being read.
  std::uint64_t events_done = 0;
  std::uint64_t events_total = 0;
};

[[nodiscard]] Obstacle daemon_is_stopping();

// Of a write that the store refused with `error`.
[[nodiscard]] Obstacle refused_write(const Error& error);

// Adds those that `condition` tells of; none if it is ready.
void add_obstacles(std::vector<Obstacle>& obstacles, const StoreCondition& condition);

// Problem details of status 503 with the member "reasons": an array of {"code", "detail"} and,
// while the log is being read, "events_done" and "events_total". At least one obstacle.
[[nodiscard]] Response not_ready(const std::vector<Obstacle>& obstacles);

}  // namespace rounds::daemon
