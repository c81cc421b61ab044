// Opens the projections of a log for use: as they were left, or built anew if what was left is
// damaged or of an earlier release.
//
// One thread. The lock of the log is that of the projections as well: whoever has the log open for
// writing may do all of this.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "eventlog/event_log.hpp"
#include "projections/bulk_build.hpp"
#include "projections/live_projections.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"

namespace rounds {

struct OpenProjectionsOptions {
  LayerLimits limits;
  ProjectionRebuild rebuild = ProjectionRebuild::automatic;
  ReplayProgress progress;      // of the catch-up, or of building them anew
  rocksdb::Env* env = nullptr;  // the file system that they are on; null: that of the machine
  // Told in one sentence what is about to be built and why, before it is: all of them take as long
  // as reading the log. Null: nobody is.
  std::function<void(const std::string&)> rebuilding;
};

struct UsableProjections {
  std::unique_ptr<ProjectionDatabase> database;
  OpenProjections open;
  // What was built and why, as the end of a sentence; none if they were used as they were.
  std::optional<std::string> rebuilt;
};

// Opens the projections of `log` in `directory` and brings them up to the end of the log: the last
// of it in the active layer, not on the disk. What rebuilds left behind is removed. Indexes
// that an earlier release wrote in another way or not at all are built from the rows. Projections
// that are missing, damaged or of another log, or of an earlier release and no indexes, are built
// anew beside those that are there and then take their place; what is damaged is deleted only then.
// Never for a log that is at fault: if it ends before what the projections have seen, or cannot be
// read, the projections stay as they are. Errors: corruption, of the log; unsupported for
// projections, or events, of a newer release; refused, or what is wrong with the projections, if
// the options do not allow building; in_use; io_error.
[[nodiscard]] Result<UsableProjections> open_projections(const EventLog& log,
                                                         const std::filesystem::path& directory,
                                                         const OpenProjectionsOptions& options);

// Whether `database` was derived from `log` and has seen nothing that the log lacks. Errors:
// corruption.
[[nodiscard]] Result<void> check_fit(const EventLog& log, const ProjectionDatabase& database);

// The same as open_projections() for whoever changes nothing that is damaged: errors say what is
// wrong.
[[nodiscard]] Result<UsableProjections> open_projections_as_left(
    const EventLog& log, const std::filesystem::path& directory,
    const OpenProjectionsOptions& options);

// Builds `chosen` from the log up to event `through` and takes them into their `families`, which
// are empty and which nobody else writes. The options need no directory and no files but a rate
// limiter. What was put aside stays when it is stopped or fails. Errors: those of build_rows().
[[nodiscard]] Result<void> build_families(const EventLog& log, ProjectionDatabase& database,
                                          const FamilySet& families,
                                          const std::vector<Projection>& chosen, Sequence through,
                                          BulkBuildOptions options);

// Builds `chosen` in a generation of their own and puts them in the place of the active ones, which
// serve until then; the other projections must reach up to event `through`. No snapshot may be
// alive. Errors: as above.
[[nodiscard]] Result<void> rebuild_generation(const EventLog& log, ProjectionDatabase& database,
                                              const std::vector<Projection>& chosen,
                                              Sequence through, const BulkBuildOptions& options);

// Builds the projections in `directory` anew from the whole log, whatever is there. They take the
// place of the old ones once they are complete; killed in between, there are none, and the next
// open_projections() builds them. Errors: corruption, of the log; unavailable when stopped;
// io_error.
[[nodiscard]] Result<void> build_projections_anew(const EventLog& log,
                                                  const std::filesystem::path& directory,
                                                  rocksdb::Env* env,
                                                  const BulkBuildOptions& options);

}  // namespace rounds
