// Commands in JSON: the body of POST /api/v1/signatures/{id}/COMMAND.
//
// Every command takes "actor", "reason", "request_id" (texts) and "expected_version" (a number);
// resolve also "fix" and "release", diagnose "diagnosis" (required), tags "add" and "remove"
// (lists; at least one of the two). Pure: usable from any thread.
#pragma once

#include <array>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/command.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

namespace rounds::api {

// The names of the commands, as in paths and on the command line.
inline constexpr std::array<std::string_view, 7> command_names{
    "investigate", "revert", "diagnose", "resolve", "mute", "retriage", "tags"};

struct CommandRequest {
  Command command;
  CommandContext context;
};

// Reads the body of the command `name`. `now` is the diagnosed_at of a diagnosis that has none.
// Errors: not_found for a name that is not in command_names; invalid_argument names the member
// that is missing, unknown to this command or of the wrong type.
[[nodiscard]] Result<CommandRequest> command_from_json(std::string_view name,
                                                       const boost::json::value& body,
                                                       Timestamp now);

// The body that command_from_json() reads back; what is absent is left out. A Restore has no such
// body (it is not offered over HTTP): it is a broken invariant to pass one.
[[nodiscard]] boost::json::object command_to_json(const CommandRequest& request);

}  // namespace rounds::api
