// Checks a whole log: every checksum, the chain, dense sequences, for each signature dense versions
// and a lifecycle that starts with a creating event, and the watermark.
//
// Reads only; may run beside appends, also of another process, and then checks the log as it was
// when it began. Goes on behind what is damaged, so that all of it is named. Memory grows with the
// number of signatures (about 60 bytes for each), not with the number of events.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "eventlog/event_log.hpp"

namespace rounds {

// So many places and signatures are named; all are counted.
inline constexpr std::size_t max_named_damages = 100;

// Events `first` to `last` are missing, unreadable or not what was written.
struct LogDamage {
  Sequence first = 0;
  Sequence last = 0;
  Error error;
};

// A signature whose events of these versions are missing or unreadable. One whose *last* events are
// lost cannot be told from the log: compare the projections as well.
struct AffectedSignature {
  SignatureId id;
  Version first_missing = 0;
  Version last_missing = 0;
};

struct LogVerification {
  Sequence last_sequence = 0;         // how far the log reaches
  std::uint64_t event_count = 0;      // that are sound
  std::uint64_t signature_count = 0;  // that have sound events
  std::optional<Watermark> watermark;

  std::vector<LogDamage> damages;  // in the order of the sequences
  std::uint64_t damage_count = 0;
  std::vector<AffectedSignature> affected_signatures;
  std::uint64_t affected_signature_count = 0;

  [[nodiscard]] bool is_sound() const { return damage_count == 0; }
};

// Called about every `progress_interval_events` events with the number of events checked so far.
using VerifyProgress = std::function<void(std::uint64_t events_done, std::uint64_t events_total)>;
inline constexpr std::uint64_t progress_interval_events = 1U << 16U;

// Takes each sound event in order. `history_holds` is false from the first place on at which events
// follow others than those that they were written after: they are of another history. An error ends
// the check with it.
using SoundEventVisit = std::function<Result<void>(Event event, bool history_holds)>;

// Checks `log` against its watermark, as read_watermark() found it *before* `log` was opened: a
// writer may go on, and then the log is ahead of it, never behind. A watermark that is missing or
// damaged is damage of the log.
// Errors: what keeps it from reading at all (io_error), and unsupported for an event of a newer
// release, which is not damaged and may mean anything; with `visit` also its errors. Damage is part
// of the answer.
[[nodiscard]] Result<LogVerification> verify_log(const EventLog& log,
                                                 const Result<std::optional<Watermark>>& watermark,
                                                 const VerifyProgress& progress,
                                                 const SoundEventVisit& visit = nullptr);

// The same for the log in `directory` and the watermark beside it, opened for reading only. Errors:
// those of EventLog::open_read_only() and verify_log().
[[nodiscard]] Result<LogVerification> verify_log_in(const std::filesystem::path& directory,
                                                    const VerifyProgress& progress);

}  // namespace rounds
