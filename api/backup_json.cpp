#include "api/backup_json.hpp"

#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "api/json_reader.hpp"
#include "api/json_text.hpp"

namespace rounds::api {
namespace {

Result<std::uint64_t> parse_chain(std::string_view text) {
  std::uint64_t chain = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), chain, 16);
  if (failure == std::errc{} && rest == text.data() + text.size()) return chain;
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is not a chain hash of 16 hex digits", text));
}

}  // namespace

boost::json::object backup_to_json(const Backup& backup) {
  return {{"number", backup.number},
          {"log_id", backup.log_id.to_string()},
          {"sequence", backup.sequence},
          {"chain", fmt::format("{:016x}", backup.chain)},
          {"created_at", json_time(backup.created_at)},
          {"file_count", backup.file_count},
          {"bytes", backup.bytes}};
}

Result<Backup> backup_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the backup");
  Backup backup;
  const std::uint64_t number = reader.count("number");
  if (number > std::numeric_limits<BackupNumber>::max()) {
    reader.keep({ErrorCode::invalid_argument, "the number of the backup is too large"});
  }
  backup.number = static_cast<BackupNumber>(number);
  backup.log_id = reader.parsed("log_id", SignatureId::parse);
  backup.sequence = reader.count("sequence");
  backup.chain = reader.parsed("chain", parse_chain);
  backup.created_at = reader.time("created_at");
  backup.file_count = reader.count("file_count");
  backup.bytes = reader.count("bytes");
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return backup;
}

}  // namespace rounds::api
