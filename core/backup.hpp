// What a backup of a log is, for people and programs. Making them is up to eventlog/log_backup.hpp.
//
// Values only: usable from any thread.
#pragma once

#include <cstdint>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace rounds {

// Tells the backups of one directory apart: rising, from 1.
using BackupNumber = std::uint32_t;

struct Backup {
  BackupNumber number = 0;
  SignatureId log_id;            // of the log that it is a backup of
  Sequence sequence = 0;         // the last event in it; it holds all of them from 1 on
  std::uint64_t chain = 0;       // the chain hash of the log there
  Timestamp created_at;          // when it was begun
  std::uint64_t file_count = 0;  // that it consists of, those included that it shares with others
  std::uint64_t bytes = 0;       // of these files

  friend bool operator==(const Backup&, const Backup&) = default;
};

}  // namespace rounds
