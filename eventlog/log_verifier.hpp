// Checks a whole log: every checksum, the chain, dense sequences, and for each signature dense
// versions and a lifecycle that starts with a creating event.
//
// Reads only; may run beside appends and then checks the log as it was when it began. Memory grows
// with the number of signatures (about 60 bytes for each), not with the number of events.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/error.hpp"
#include "eventlog/event_log.hpp"

namespace rounds {

struct LogVerification {
  Sequence last_sequence = 0;     // how far the log reaches
  std::uint64_t event_count = 0;  // that are sound, from the first on
  std::uint64_t signature_count = 0;
  std::optional<Error>
      damage;  // the first place where the log is not sound; nothing behind it was read
};

// Called about every `progress_interval_events` events with the number of events checked so far.
using VerifyProgress = std::function<void(std::uint64_t events_done, std::uint64_t events_total)>;
inline constexpr std::uint64_t progress_interval_events = 1U << 16U;

// Errors: only what keeps it from reading at all (io_error); damage is part of the answer.
[[nodiscard]] Result<LogVerification> verify_log(const EventLog& log,
                                                 const VerifyProgress& progress);

}  // namespace rounds
