#include "store/maintenance.hpp"

#include <algorithm>
#include <utility>

#include "eventlog/event_log.hpp"
#include "store/rocks_store.hpp"

namespace rounds {
namespace {

// Both databases of a data directory, without a store around them.
struct Databases {
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ProjectionDatabase> projections;
};

Result<Databases> open_databases(const std::filesystem::path& data_directory,
                                 bool replace_damaged_projections, rocksdb::Env* env) {
  Databases databases;
  EventLogOptions options;
  options.create_if_missing = false;
  options.env = env;
  auto log = EventLog::open(log_directory(data_directory), options);
  if (!log) return std::unexpected(std::move(log.error()));
  databases.log = *std::move(log);
  const auto directory = projections_directory(data_directory);
  auto projections = ProjectionDatabase::open(directory, databases.log->id(), env);
  const bool damaged = !projections && (projections.error().code == ErrorCode::corruption ||
                                        projections.error().code == ErrorCode::unsupported);
  if (damaged && replace_damaged_projections) {
    // The lock of the log is held, so no store uses them; the log has all that they had.
    std::error_code error;
    std::filesystem::remove_all(directory, error);
    projections = ProjectionDatabase::open(directory, databases.log->id(), env);
  }
  if (!projections) return std::unexpected(std::move(projections.error()));
  databases.projections = *std::move(projections);
  return databases;
}

std::vector<Projection> all_if_empty(std::vector<Projection> chosen) {
  if (chosen.empty()) chosen.assign(all_projections.begin(), all_projections.end());
  return chosen;
}

// Brings the live projections up to the end of the log, as opening a store does.
Result<void> catch_up_live(const Databases& databases) {
  ProjectionDatabase& projections = *databases.projections;
  const auto caught_up = catch_up(*databases.log, projections, projections.active(),
                                  projections.checkpoint(), LayerLimits{}, nullptr);
  if (!caught_up) return std::unexpected(caught_up.error());
  return {};
}

// A new generation that holds the whole log, not active.
Result<FamilySet> build_generation(const Databases& databases, const ReplayProgress& progress) {
  auto generation = databases.projections->create_generation();
  if (!generation) return generation;
  const auto built =
      catch_up(*databases.log, *databases.projections, *generation, 0, LayerLimits{}, progress);
  if (!built) return std::unexpected(built.error());
  return generation;
}

Result<void> close(const Databases& databases) {
  const auto projections = databases.projections->close();
  const auto log = databases.log->close();
  return projections ? log : projections;
}

}  // namespace

Result<RebuildReport> rebuild_projections(const std::filesystem::path& data_directory,
                                          std::vector<Projection> chosen,
                                          const ReplayProgress& progress, rocksdb::Env* env) {
  chosen = all_if_empty(std::move(chosen));
  const bool all = std::ranges::all_of(all_projections, [&](Projection projection) {
    return std::ranges::find(chosen, projection) != chosen.end();
  });
  auto databases = open_databases(data_directory, all, env);
  if (!databases) return std::unexpected(std::move(databases.error()));
  if (!all) {
    // The others keep their rows, so they must reach as far as the new ones.
    if (auto caught_up = catch_up_live(*databases); !caught_up) {
      return std::unexpected(std::move(caught_up.error()));
    }
  }
  const auto generation = build_generation(*databases, progress);
  if (!generation) return std::unexpected(generation.error());
  RebuildReport report{databases->log->last_sequence(), chosen};
  const auto activated = databases->projections->activate(*generation, chosen, report.sequence);
  if (!activated) return std::unexpected(activated.error());
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
                                                  rocksdb::Env* env) {
  auto databases = open_databases(data_directory, false, env);
  if (!databases) return std::unexpected(std::move(databases.error()));
  if (auto caught_up = catch_up_live(*databases); !caught_up) {
    return std::unexpected(std::move(caught_up.error()));
  }
  const auto fresh = build_generation(*databases, progress);
  if (!fresh) return std::unexpected(fresh.error());
  ProjectionDatabase& projections = *databases->projections;
  auto comparisons = compare_generations(projections, projections.active(), *fresh,
                                         all_if_empty(std::move(chosen)));
  if (!comparisons) return std::unexpected(std::move(comparisons.error()));
  ProjectionVerification verification{databases->log->last_sequence(), *std::move(comparisons)};
  if (auto dropped = projections.drop(*fresh); !dropped) return std::unexpected(dropped.error());
  if (auto closed = close(*databases); !closed) return std::unexpected(closed.error());
  return verification;
}

}  // namespace rounds
