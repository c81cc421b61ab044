// The one place where rocksdb::Status becomes an Error. Used by eventlog/ and projections/.
#pragma once

#include <string_view>

#include <rocksdb/status.h>

#include "core/error.hpp"

namespace rounds {

// The error for a status that is not ok, with its whole text: "<doing>: <status>". Busy locks
// become in_use, damage and missing files corruption, everything else io_error. `status` must not
// be ok.
[[nodiscard]] Error from_status(const rocksdb::Status& status, std::string_view doing);

// Success for an ok status, from_status() otherwise.
[[nodiscard]] Result<void> check_status(const rocksdb::Status& status, std::string_view doing);

}  // namespace rounds
