#include "tools/backup_report.hpp"

#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "api/backup_json.hpp"
#include "tools/log_report.hpp"
#include "tools/printable.hpp"
#include "tools/table.hpp"

namespace rounds::tools {

boost::json::object backups_to_json(std::span<const Backup> backups) {
  boost::json::array array;
  for (const Backup& backup : backups) array.emplace_back(api::backup_to_json(backup));
  return {{"backups", std::move(array)}};
}

std::string backups_table(std::span<const Backup> backups, std::size_t columns) {
  Table table({{"BACKUP", Align::right},
               {"CREATED"},
               {"EVENTS", Align::right},
               {"FILES", Align::right},
               {"BYTES", Align::right},
               {"CHAIN"}});
  for (const Backup& backup : backups) {
    table.add_row({std::to_string(backup.number), to_rfc3339(backup.created_at),
                   std::to_string(backup.sequence), std::to_string(backup.file_count),
                   std::to_string(backup.bytes), fmt::format("{:016x}", backup.chain)});
  }
  return table.to_text(columns);
}

std::string to_text(const Backup& backup) {
  return fmt::format(
      "backup {} of {} holds events 1 to {}, chain {:016x}, in {} files of {} bytes\n",
      backup.number, to_rfc3339(backup.created_at), backup.sequence, backup.chain,
      backup.file_count, backup.bytes);
}

boost::json::object to_json(const BackupVerification& verification) {
  boost::json::array damages;
  for (const Error& damage : verification.damages) damages.emplace_back(error_to_json(damage));
  const auto& backup = verification.backup;
  const auto& log = verification.log;
  return {{"number", verification.number},
          {"sound", verification.is_sound()},
          {"backup", backup ? boost::json::value(api::backup_to_json(*backup)) : nullptr},
          {"damages", std::move(damages)},
          {"log", log ? boost::json::value(to_json(*log)) : nullptr}};
}

std::string to_text(const BackupVerification& verification) {
  std::string text = verification.backup ? to_text(*verification.backup) : "";
  for (const Error& damage : verification.damages) {
    text += fmt::format("damaged: {}\n", printable(damage.message));
  }
  if (!verification.log) return text;
  // Its watermark is what the manifest says, which stands above.
  LogVerification log = *verification.log;
  log.watermark.reset();
  return text + to_text(log);
}

}  // namespace rounds::tools
