#include "store/maintenance.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "projections/bulk_build.hpp"
#include "projections/open_projections.hpp"
#include "projections/repair.hpp"
#include "store/rocks_store.hpp"

namespace rounds {
namespace {

// Both databases of a data directory, without a store around them.
struct Databases {
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ProjectionDatabase> projections;
};

Result<std::unique_ptr<EventLog>> open_log(const std::filesystem::path& data_directory,
                                           rocksdb::Env* env) {
  EventLogOptions options;
  options.create_if_missing = false;
  options.env = env;
  return EventLog::open(log_directory(data_directory), options);
}

// Opens both, with the projections brought up to the end of the log, as opening a store does.
Result<Databases> open_databases(const std::filesystem::path& data_directory, rocksdb::Env* env) {
  auto log = open_log(data_directory, env);
  if (!log) return std::unexpected(std::move(log.error()));
  OpenProjectionsOptions options;
  options.env = env;
  auto projections =
      open_projections_as_left(**log, projections_directory(data_directory), options);
  if (!projections) return std::unexpected(std::move(projections.error()));
  auto flushed = flush(projections->open, *projections->database, projections->database->active());
  if (!flushed) return std::unexpected(std::move(flushed.error()));
  projections->open = {};
  return Databases{*std::move(log), std::move(projections->database)};
}

// A directory for what is needed while a function runs, deleted with the object.
class ScratchDirectory {
 public:
  // In $TMPDIR. Errors: io_error.
  [[nodiscard]] static Result<std::unique_ptr<ScratchDirectory>> create() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    std::string path = (parent / "rounds-XXXXXX").string();
    if (error || ::mkdtemp(path.data()) == nullptr) {
      return fail(ErrorCode::io_error,
                  fmt::format("cannot create a directory in {}; set TMPDIR to one with space for "
                              "the projections once more",
                              parent.string()));
    }
    return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(std::move(path)));
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path path_;
};

std::vector<Projection> all_if_empty(std::vector<Projection> chosen) {
  if (chosen.empty()) chosen.assign(all_projections.begin(), all_projections.end());
  return chosen;
}

BulkBuildOptions bulk_options(const RebuildOptions& options) {
  BulkBuildOptions bulk;
  bulk.progress = options.progress;
  bulk.stop = options.stop;
  bulk.resume = options.resume;
  if (options.max_events > 0) bulk.max_events = options.max_events;
  return bulk;
}

Result<void> close(const Databases& databases) {
  const auto projections = databases.projections ? databases.projections->close() : Result<void>{};
  const auto log = databases.log->close();
  return projections ? log : projections;
}

// Opens both databases for a rebuild of all projections: they may end anywhere. No projections, if
// what is there cannot be used.
Result<Databases> open_for_all(const std::filesystem::path& data_directory, rocksdb::Env* env) {
  auto log = open_log(data_directory, env);
  if (!log) return std::unexpected(std::move(log.error()));
  Databases databases{*std::move(log), nullptr};
  const auto directory = projections_directory(data_directory);
  const auto exists = file_exists(file_system_of(env), directory / "CURRENT");
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return databases;
  auto projections = ProjectionDatabase::open(directory, databases.log->id(), env);
  if (!projections) {
    const ErrorCode code = projections.error().code;
    if (code == ErrorCode::io_error || code == ErrorCode::in_use) {
      return std::unexpected(std::move(projections.error()));
    }
    return databases;
  }
  if (check_fit(*databases.log, **projections)) databases.projections = *std::move(projections);
  return databases;
}

// Compares the live projections with the rows that the log makes.
class Verifier {
 public:
  Verifier(const ProjectionDatabase& live, const std::vector<Projection>& chosen,
           const std::optional<SignatureId>& only) {
    for (const Projection projection : chosen) {
      if (only && projection == Projection::stats) continue;  // says nothing of one signature
      comparers_.push_back(std::make_unique<ProjectionComparer>(live, projection, only));
      sinks_[static_cast<std::size_t>(projection)] = comparers_.back().get();
    }
  }

  [[nodiscard]] const RowSinks& sinks() const { return sinks_; }

  [[nodiscard]] std::vector<ProjectionComparison> results() const {
    std::vector<ProjectionComparison> results;
    results.reserve(comparers_.size());
    for (const auto& comparer : comparers_) results.push_back(comparer->result());
    return results;
  }

 private:
  std::vector<std::unique_ptr<ProjectionComparer>> comparers_;
  RowSinks sinks_{};
};

// Verifies `live` as of its checkpoint. What does not fit into memory goes to a scratch directory.
Result<ProjectionVerification> verify(const EventLog& log, const ProjectionDatabase& live,
                                      std::vector<Projection> chosen,
                                      const ReplayProgress& progress,
                                      const std::optional<SignatureId>& only) {
  const auto scratch = ScratchDirectory::create();
  if (!scratch) return std::unexpected(scratch.error());
  BulkBuildOptions options;
  options.directory = (*scratch)->path();
  options.progress = progress;
  options.only = only;
  const Verifier verifier(live, all_if_empty(std::move(chosen)), only);
  const Sequence sequence = live.checkpoint();
  if (auto built = build_rows(log, sequence, verifier.sinks(), options); !built) {
    return std::unexpected(std::move(built.error()));
  }
  ProjectionVerification verification{sequence, log.last_sequence(), verifier.results()};
  const bool knows_it = std::ranges::any_of(verification.projections, [](const auto& comparison) {
    return comparison.entry_count > 0 || comparison.difference_count > 0;
  });
  if (only && !knows_it) return std::unexpected(signature_not_found(*only));
  return verification;
}

}  // namespace

Result<RebuildReport> rebuild_projections(const std::filesystem::path& data_directory,
                                          std::vector<Projection> chosen,
                                          const RebuildOptions& options) {
  chosen = all_if_empty(std::move(chosen));
  const bool all = std::ranges::all_of(all_projections, [&](Projection projection) {
    return std::ranges::find(chosen, projection) != chosen.end();
  });
  // Those that are not rebuilt keep their rows, so they must reach as far as the new ones.
  auto databases =
      all ? open_for_all(data_directory, options.env) : open_databases(data_directory, options.env);
  if (!databases) return std::unexpected(std::move(databases.error()));
  RebuildReport report{databases->log->last_sequence(), chosen};
  auto rebuilt =
      databases->projections
          ? rebuild_generation(*databases->log, *databases->projections, chosen, report.sequence,
                               bulk_options(options))
          : build_projections_anew(*databases->log, projections_directory(data_directory),
                                   options.env, bulk_options(options));
  if (!rebuilt) return std::unexpected(std::move(rebuilt.error()));
  if (auto closed = close(*databases); !closed) return std::unexpected(closed.error());
  return report;
}

bool ProjectionVerification::is_equal() const {
  return std::ranges::all_of(projections, [](const ProjectionComparison& comparison) {
    return comparison.difference_count == 0;
  });
}

Result<ProjectionVerification> verify_projections(const std::filesystem::path& data_directory,
                                                  std::vector<Projection> chosen,
                                                  const ReplayProgress& progress,
                                                  const std::optional<SignatureId>& only) {
  // The projections first: a writer may go on, and then the log is ahead of them, never behind.
  const auto live = ProjectionDatabase::open_read_only(projections_directory(data_directory));
  if (!live) {
    // Without a log, that is what is to be said.
    if (auto log = EventLog::open_read_only(log_directory(data_directory)); !log) {
      return std::unexpected(std::move(log.error()));
    }
    return std::unexpected(live.error());
  }
  const auto log = EventLog::open_read_only(log_directory(data_directory));
  if (!log) return std::unexpected(log.error());
  if (auto fit = check_fit(**log, **live); !fit) return std::unexpected(std::move(fit.error()));
  return verify(**log, **live, std::move(chosen), progress, only);
}

Result<ProjectionVerification> repair_signature(const std::filesystem::path& data_directory,
                                                const SignatureId& id,
                                                const ReplayProgress& progress, rocksdb::Env* env) {
  const auto log = open_log(data_directory, env);
  if (!log) return std::unexpected(log.error());
  const auto database =
      ProjectionDatabase::open(projections_directory(data_directory), (*log)->id(), env);
  if (!database) return std::unexpected(database.error());
  if (auto fit = check_fit(**log, **database); !fit) return std::unexpected(std::move(fit.error()));
  if (!(*database)->outdated().empty()) {
    return fail(ErrorCode::data_missing,
                fmt::format("the projections lack {}, which an earlier release did not have or "
                            "wrote in another form; run rounds-replay",
                            to_string((*database)->outdated().front())));
  }
  auto found = verify(**log, **database, {}, nullptr, id);
  if (!found) return found;
  auto repaired = rounds::repair_signature(**log, **database, id, progress);
  if (!repaired) return std::unexpected(std::move(repaired.error()));
  return found;
}

}  // namespace rounds
