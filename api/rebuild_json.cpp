#include "api/rebuild_json.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/json_reader.hpp"
#include "api/json_text.hpp"

namespace rounds::api {
namespace {

constexpr std::array all_states{RebuildState::running, RebuildState::done, RebuildState::failed};

Result<RebuildState> parse_state(std::string_view text) {
  for (const RebuildState state : all_states) {
    if (to_string(state) == text) return state;
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is not the state of a rebuild", text));
}

}  // namespace

std::string_view to_string(RebuildState state) {
  // In the order of the enumerators.
  static constexpr std::array<std::string_view, all_states.size()> names{"running", "done",
                                                                         "failed"};
  return names[static_cast<std::size_t>(state)];
}

boost::json::object rebuild_to_json(const RebuildStatus& status) {
  return {{"number", status.number},
          {"state", to_string(status.state)},
          {"projections", json_strings(status.projections)},
          {"events_done", status.events_done},
          {"events_total", status.events_total},
          {"sequence", status.sequence},
          {"error", status.error}};
}

Result<RebuildStatus> rebuild_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the rebuild");
  RebuildStatus status;
  status.number = reader.count("number");
  status.state = reader.parsed("state", parse_state);
  status.projections = reader.texts("projections");
  status.events_done = reader.count("events_done");
  status.events_total = reader.count("events_total");
  status.sequence = reader.count("sequence");
  status.error = reader.text("error");
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return status;
}

Result<std::vector<std::string>> rebuild_request_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the request body");
  auto projections = reader.optional_texts("projections");
  if (auto valid = reader.finish(UnknownMembers::refuse); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return projections ? *std::move(projections) : std::vector<std::string>{};
}

}  // namespace rounds::api
