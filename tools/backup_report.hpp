// What rounds backup tells: as JSON (a backup itself: api/backup_json.hpp), and as text for people
// (`columns`: width of the terminal, 0 if there is none).
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <boost/json/object.hpp>

#include "core/backup.hpp"
#include "eventlog/log_backup.hpp"

namespace rounds::tools {

// {"backups": [...]}, and one line for each.
[[nodiscard]] boost::json::object backups_to_json(std::span<const Backup> backups);
[[nodiscard]] std::string backups_table(std::span<const Backup> backups, std::size_t columns);

// One line.
[[nodiscard]] std::string to_text(const Backup& backup);

// {"number", "sound", "backup": a backup or null, "damages": [{"code", "message"}], "log": as
// tools/log_report.hpp, or null if no event could be read}.
[[nodiscard]] boost::json::object to_json(const BackupVerification& verification);
[[nodiscard]] std::string to_text(const BackupVerification& verification);

}  // namespace rounds::tools
