#include "eventlog/rocksdb_status.hpp"

#include <string>

#include <fmt/format.h>

#include "core/check.hpp"

namespace rounds {

Error from_status(const rocksdb::Status& status, std::string_view doing) {
  ROUNDS_CHECK(!status.ok(), "only failures are translated");
  const std::string text = status.ToString();
  // RocksDB reports a lock held by another process as an IOError; only its text tells.
  const bool locked =
      status.IsIOError() && (text.find("lock hold by current process") != text.npos ||
                             text.find("While lock file") != text.npos);
  if (locked) {
    return Error{
        ErrorCode::in_use,
        fmt::format("{}: another process or store has it open; stop it first ({})", doing, text)};
  }
  // What a database names and is not there was there when it was written.
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return Error{ErrorCode::corruption, fmt::format("{}: {}", doing, text)};
  }
  return Error{ErrorCode::io_error, fmt::format("{}: {}", doing, text)};
}

Result<void> check_status(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return {};
  return std::unexpected(from_status(status, doing));
}

}  // namespace rounds
