// A rebuild of projections in JSON: what clients of the daemon ask for and are told.
//
// Values and pure functions: usable from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "core/ids.hpp"

namespace rounds::api {

enum class RebuildState : std::uint8_t { running, done, failed };

struct RebuildStatus {
  std::uint64_t number = 0;  // from 1, anew with each start of the daemon
  RebuildState state = RebuildState::running;
  std::vector<std::string> projections;  // none: all
  std::uint64_t events_done = 0;
  std::uint64_t events_total = 0;
  Sequence sequence = 0;  // once done: the last event that the new ones held when they took over
  std::string error;      // once failed: why
};

// "running", "done" or "failed".
[[nodiscard]] std::string_view to_string(RebuildState state);

// {"number", "state", "projections", "events_done", "events_total", "sequence", "error"}.
[[nodiscard]] boost::json::object rebuild_to_json(const RebuildStatus& status);

// Reads what rebuild_to_json() wrote; ignores members that it does not know. Errors:
// invalid_argument names the member that is wrong.
[[nodiscard]] Result<RebuildStatus> rebuild_from_json(const boost::json::value& value);

// The projections of a request, {"projections": [...]}; none: all. Errors: invalid_argument.
[[nodiscard]] Result<std::vector<std::string>> rebuild_request_from_json(
    const boost::json::value& value);

}  // namespace rounds::api
