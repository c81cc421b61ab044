// Work on a data directory without a store: rebuilding projections, comparing them with the log,
// and repairing a signature. What rounds-replay does.
//
// Each function opens the directory for itself, works on the calling thread and a second one, and
// may take long: `progress` hears of it on the calling one. `env` is the file system, as in
// RocksStoreOptions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "projections/compare.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"

namespace rounds {

struct RebuildReport {
  Sequence sequence = 0;  // the last event folded in
  std::vector<Projection> rebuilt;
};

struct RebuildOptions {
  ReplayProgress progress;
  // Goes on from what an interrupted rebuild put aside, if nobody opened the store since.
  bool resume = false;
  // When asked to stop, the rebuild puts aside what it has folded and ends with `unavailable`.
  std::stop_token stop;
  // How many events are folded before they are put aside at the latest. 0: as many as memory
  // allows.
  std::size_t max_events = 0;
  rocksdb::Env* env = nullptr;
};

// Builds `chosen` (empty: all) from the whole log beside what is there, and puts them in its place
// in one write once they are complete. Stopped or killed before that, it leaves the old ones in
// use. When all are chosen, those that were there may be damaged or of another log; they are then
// removed before the new ones get their place. Errors: data_missing, in_use; corruption of the log,
// or of the projections that were not chosen; unavailable when stopped; io_error.
[[nodiscard]] Result<RebuildReport> rebuild_projections(const std::filesystem::path& data_directory,
                                                        std::vector<Projection> chosen,
                                                        const RebuildOptions& options = {});

struct ProjectionVerification {
  Sequence sequence = 0;       // both sides hold the log up to here
  Sequence last_sequence = 0;  // of the log; what lies behind `sequence` has not reached the disk
  std::vector<ProjectionComparison> projections;

  [[nodiscard]] bool is_equal() const;
};

// Compares `chosen` (empty: all) with the rows that the log makes up to the checkpoint of those on
// the disk: all of them, or what is about the signature `only`, in all projections but `stats`.
// Writes nothing in the data directory, and may run while a store has it open; a log that does not
// fit into memory takes space in $TMPDIR. Costs a scan of the log. Errors: not_found, if neither
// side knows the signature; data_missing; corruption if either side cannot be read, or the
// projections are not those of the log; unavailable; io_error.
[[nodiscard]] Result<ProjectionVerification> verify_projections(
    const std::filesystem::path& data_directory, std::vector<Projection> chosen,
    const ReplayProgress& progress, const std::optional<SignatureId>& only = std::nullopt);

// Repairs what the projections say about the signature, and the totals, and returns what differed
// before: projections/repair.hpp has the cost. Errors: as verify_projections(), and in_use.
[[nodiscard]] Result<ProjectionVerification> repair_signature(
    const std::filesystem::path& data_directory, const SignatureId& id,
    const ReplayProgress& progress, rocksdb::Env* env = nullptr);

}  // namespace rounds
