// Offline work on a data directory that no store has open: rebuilding projections and comparing
// them with the log. What rounds-replay does.
//
// Each function opens the directory for itself (in_use if somebody has it open), works on the
// calling thread and may take long: `progress` hears of it. `env` is the file system, as in
// RocksStoreOptions.
#pragma once

#include <cstdint>
#include <filesystem>
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

// Builds a new generation of `chosen` (empty: all) from the whole log beside the old one and puts
// it in its place in one step. Killed at any moment, it leaves the old generation in use. When all
// are chosen, projections that cannot be opened at all are replaced as well. Errors: data_missing,
// in_use; corruption of the log, or of the projections that were not chosen; io_error.
[[nodiscard]] Result<RebuildReport> rebuild_projections(const std::filesystem::path& data_directory,
                                                        std::vector<Projection> chosen,
                                                        const ReplayProgress& progress,
                                                        rocksdb::Env* env = nullptr);

struct ProjectionVerification {
  Sequence sequence = 0;  // both sides hold the log up to here
  std::vector<ProjectionComparison> projections;

  [[nodiscard]] bool is_equal() const;
};

// Folds the whole log into a scratch generation and compares `chosen` (empty: all) with it. The
// live projections first catch up with the log, as at every open; nothing else of them changes.
// Errors: as above.
[[nodiscard]] Result<ProjectionVerification> verify_projections(
    const std::filesystem::path& data_directory, std::vector<Projection> chosen,
    const ReplayProgress& progress, rocksdb::Env* env = nullptr);

}  // namespace rounds
