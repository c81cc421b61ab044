// A whole store as another one was at a moment: its log up to there, as a log of its own.
//
// Works on the calling thread and may take long. Never writes to the store that it reads, which
// another process may have open.
#pragma once

#include <filesystem>
#include <optional>

#include "core/error.hpp"
#include "core/moment.hpp"
#include "eventlog/event_log.hpp"
#include "projections/replay.hpp"

namespace rounds {

struct PastStoreProgress {
  CopyProgress copying;    // of the events into the new log
  ReplayProgress folding;  // of those into the projections
};

struct PastStore {
  std::filesystem::path directory;
  Sequence sequence = 0;          // the new store has the events up to this one
  std::optional<Timestamp> time;  // of that event; none if there is none
  Sequence last_sequence = 0;     // of the log that was read
};

// Makes a store in `target` that is what the one in `data_directory` was at `moment`: events with
// their sequences, versions and times, in frames with the same chain up to the one that `moment`
// cuts. From here on the two go different ways, so the new log has an id of its own, and its own
// watermark and projections. It appears there once it is complete, as NewStore
// (store/new_store.hpp) says. Takes space for the log and the projections once more. Errors:
// invalid_argument for a target that is neither absent nor empty, or a sequence behind the end of
// the log; data_missing; corruption, also if the log lacks what was acknowledged; unsupported;
// unavailable if a writer changes files faster than they can be opened; io_error. After an error
// there is no `target`.
[[nodiscard]] Result<PastStore> build_past_store(const std::filesystem::path& data_directory,
                                                 const Moment& moment,
                                                 const std::filesystem::path& target,
                                                 const PastStoreProgress& progress);

}  // namespace rounds
