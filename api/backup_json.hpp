// A backup in JSON: what the daemon answers and the rounds command prints.
//
// Pure: usable from any thread.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/backup.hpp"
#include "core/error.hpp"

namespace rounds::api {

// {"number", "log_id", "sequence", "chain" (16 hex digits), "created_at", "file_count", "bytes"}.
[[nodiscard]] boost::json::object backup_to_json(const Backup& backup);

// Reads what backup_to_json() wrote; ignores members that it does not know. Errors:
// invalid_argument names the member that is wrong.
[[nodiscard]] Result<Backup> backup_from_json(const boost::json::value& value);

}  // namespace rounds::api
