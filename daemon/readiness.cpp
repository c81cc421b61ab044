#include "daemon/readiness.hpp"

#include <algorithm>
#include <iterator>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "core/check.hpp"

namespace rounds::daemon {
namespace {

using State = StoreCondition::State;

std::string_view code_of(State state) {
  switch (state) {
    case State::opening:
      return "opening";
    case State::reopening:
      return "reopening";
    case State::failed:
      return "store_failed";
    case State::closed:
      return "closed";
    case State::ready:
      break;
  }
  ROUNDS_UNREACHABLE("a store that is ready has no obstacle");
}

}  // namespace

Obstacle daemon_is_stopping() {
  return {"stopping", "the daemon is stopping"};
}

Obstacle refused_write(const Error& error) {
  return {error.code == ErrorCode::overloaded ? "queue_full" : "refused", error.message};
}

void add_obstacles(std::vector<Obstacle>& obstacles, const StoreCondition& condition) {
  if (condition.state == State::ready) return;
  obstacles.push_back(
      {code_of(condition.state), condition.reason, condition.events_done, condition.events_total});
  if (condition.disk_is_full) {
    obstacles.push_back(
        {"disk_full", "the disk has too little space left to open the store again"});
  }
}

Response not_ready(const std::vector<Obstacle>& obstacles) {
  std::vector<std::string_view> details;
  boost::json::array reasons;
  for (const Obstacle& obstacle : obstacles) {
    details.emplace_back(obstacle.detail);
    boost::json::object reason{{"code", obstacle.code},
                               {"detail", api::json_string(obstacle.detail)}};
    if (obstacle.events_total > 0) {
      reason["events_done"] = obstacle.events_done;
      reason["events_total"] = obstacle.events_total;
    }
    reasons.emplace_back(std::move(reason));
  }
  boost::json::object body = api::problem_to_json(503, fmt::format("{}", fmt::join(details, "; ")));
  body["reasons"] = std::move(reasons);
  return make_response(503, api::to_text(body), api::problem_content_type);
}

}  // namespace rounds::daemon
