#include "projections/open_projections.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "projections/index_builder.hpp"
#include "projections/table_files.hpp"

namespace rounds {
namespace {

// Beside the projections: those that are being built to take their place.
std::filesystem::path unfinished_directory(const std::filesystem::path& directory) {
  std::filesystem::path path = directory;
  path += ".new";
  return path;
}

// Why projections cannot be used as they are.
struct Obstacle {
  Error error;
  bool log_is_at_fault = false;
};

std::unexpected<Obstacle> blame_log(std::string message) {
  return std::unexpected(Obstacle{{ErrorCode::corruption, std::move(message)}, true});
}

// Whether the bytes are at fault, not the disk, somebody who has them open or a newer release.
bool is_damage(const Error& error) {
  return error.code == ErrorCode::corruption || error.code == ErrorCode::data_missing;
}

std::string command_to_build(const std::filesystem::path& directory) {
  return fmt::format("run rounds-replay --data-dir {}, or allow it at opening (--rebuild auto)",
                     directory.parent_path().string());
}

std::expected<void, Obstacle> check_log(const EventLog& log, const ProjectionDatabase& database) {
  const Sequence seen = database.checkpoint();
  const Sequence last = log.last_sequence();
  if (database.log_id() == log.id()) {
    if (seen <= last) return {};
    return blame_log(
        fmt::format("the projections have seen event {}, but the log ends at event {}: it has "
                    "lost acknowledged events; restore a backup of it",
                    seen, last));
  }
  const std::string whose = fmt::format("the projections are those of log {}, not of log {}",
                                        database.log_id().to_string(), log.id().to_string());
  if (last == 0 && seen > 0) {
    return blame_log(
        fmt::format("{}, which is empty: {} acknowledged events are gone with the log that they "
                    "were in; restore a backup of it, or run rounds-replay to begin without them",
                    whose, seen));
  }
  return std::unexpected(Obstacle{{ErrorCode::corruption, whose + "; run rounds-replay"}, false});
}

// Whether every event from `from` on can be read.
Result<void> read_through(const EventLog& log, Sequence from) {
  LogReader reader = log.read(from);
  while (true) {
    const auto event = reader.next();
    if (!event) return std::unexpected(event.error());
    if (!*event) return {};
  }
}

std::string names_of(const std::vector<Projection>& projections) {
  std::vector<std::string_view> names;
  names.reserve(projections.size());
  for (const Projection projection : projections) names.push_back(to_string(projection));
  return fmt::format("{}", fmt::join(names, ", "));
}

// Builds what an earlier release wrote in another way, or not at all, from the rows of the others;
// returns what was done. The checkpoint stays.
Result<std::string> build_outdated(ProjectionDatabase& database,
                                   const std::filesystem::path& directory,
                                   const OpenProjectionsOptions& options) {
  const std::vector<Projection> outdated = database.outdated();
  const std::string what = fmt::format(
      "{}, which an earlier release did not have or wrote in another form", names_of(outdated));
  if (options.rebuild == ProjectionRebuild::refuse) {
    return fail(ErrorCode::refused,
                fmt::format("the projections in {} lack {}; {}", directory.string(), what,
                            command_to_build(directory)));
  }
  if (!std::ranges::all_of(outdated, is_index)) {
    return fail(ErrorCode::data_missing, fmt::format("they lack {}", what));
  }
  if (options.rebuilding) options.rebuilding(fmt::format("building {}", what));
  const auto generation = database.create_generation(outdated);
  if (!generation) return std::unexpected(generation.error());
  for (const Projection index : outdated) {
    if (auto built = build_index(database, *generation, index); !built) {
      return std::unexpected(std::move(built.error()));
    }
  }
  if (auto activated = database.activate(*generation, outdated, database.checkpoint());
      !activated) {
    return std::unexpected(std::move(activated.error()));
  }
  return fmt::format("the projections were given {}", what);
}

std::expected<UsableProjections, Obstacle> try_to_use(const EventLog& log,
                                                      const std::filesystem::path& directory,
                                                      const OpenProjectionsOptions& options) {
  // An empty log is that of a new store, which has none yet.
  const auto exists = file_exists(file_system_of(options.env), directory / "CURRENT");
  if (!exists) return std::unexpected(Obstacle{exists.error()});
  if (!*exists && log.last_sequence() > 0) {
    return std::unexpected(Obstacle{
        {ErrorCode::data_missing,
         fmt::format("there are no projections in {}; run rounds-replay", directory.string())}});
  }
  UsableProjections result;
  auto database = ProjectionDatabase::open(directory, log.id(), options.env);
  if (!database) return std::unexpected(Obstacle{std::move(database.error())});
  result.database = *std::move(database);
  if (auto whole = check_log(log, *result.database); !whole) {
    return std::unexpected(std::move(whole.error()));
  }
  if (!result.database->outdated().empty()) {
    auto built = build_outdated(*result.database, directory, options);
    if (!built) return std::unexpected(Obstacle{std::move(built.error())});
    result.rebuilt = *std::move(built);
  }
  const Sequence checkpoint = result.database->checkpoint();
  auto open = catch_up(log, *result.database, result.database->active(), checkpoint,
                       log.last_sequence(), options.limits, options.progress);
  if (!open) {
    // Either may be damaged; only the log can be judged by itself.
    const bool log_is_at_fault =
        is_damage(open.error()) && !read_through(log, checkpoint + 1).has_value();
    return std::unexpected(Obstacle{std::move(open.error()), log_is_at_fault});
  }
  result.open = *std::move(open);
  return result;
}

}  // namespace

Result<UsableProjections> open_projections(const EventLog& log,
                                           const std::filesystem::path& directory,
                                           const OpenProjectionsOptions& options) {
  rocksdb::FileSystem& files = file_system_of(options.env);
  // Rebuilds that were interrupted.
  const std::filesystem::path unfinished = unfinished_directory(directory);
  for (const auto& left :
       {unfinished, rebuild_directory(unfinished), rebuild_directory(directory)}) {
    if (auto removed = remove_directory(files, left); !removed) {
      return std::unexpected(std::move(removed.error()));
    }
  }
  auto used = try_to_use(log, directory, options);
  if (used) return *std::move(used);
  const Obstacle& obstacle = used.error();
  if (obstacle.log_is_at_fault || !is_damage(obstacle.error)) {
    return std::unexpected(obstacle.error);
  }
  if (options.rebuild == ProjectionRebuild::refuse) {
    return fail(obstacle.error.code,
                fmt::format("{}; {}", obstacle.error.message, command_to_build(directory)));
  }
  if (options.rebuilding) {
    options.rebuilding(fmt::format("building the projections anew from {} events: {}",
                                   log.last_sequence(), obstacle.error.message));
  }
  BulkBuildOptions build;
  build.progress = options.progress;
  if (auto built = build_projections_anew(log, directory, options.env, build); !built) {
    return std::unexpected(built.error().with_context(
        fmt::format("building the projections anew ({})", obstacle.error.message)));
  }
  auto rebuilt = open_projections_as_left(log, directory, options);
  if (rebuilt) {
    rebuilt->rebuilt =
        fmt::format("the projections were built anew, because of: {}", obstacle.error.message);
  }
  return rebuilt;
}

Result<UsableProjections> open_projections_as_left(const EventLog& log,
                                                   const std::filesystem::path& directory,
                                                   const OpenProjectionsOptions& options) {
  auto used = try_to_use(log, directory, options);
  if (!used) return std::unexpected(std::move(used.error().error));
  return *std::move(used);
}

Result<void> check_fit(const EventLog& log, const ProjectionDatabase& database) {
  auto checked = check_log(log, database);
  if (!checked) return std::unexpected(std::move(checked.error().error));
  return {};
}

Result<void> build_families(const EventLog& log, ProjectionDatabase& database,
                            const FamilySet& families, const std::vector<Projection>& chosen,
                            Sequence through, BulkBuildOptions options) {
  rocksdb::FileSystem& files = database.file_system();
  const std::filesystem::path& tables = database.tables_directory();
  options.directory = tables.parent_path();
  auto removed = remove_directory(files, options.resume ? tables : options.directory);
  if (!removed) return removed;
  if (auto created = create_directories_durably(files, tables); !created) return created;
  const auto limiter = options.files.rate_limiter;
  RowSinks sinks{};
  std::array<std::unique_ptr<TableFileWriter>, all_projections.size()> writers;
  for (const Projection projection : chosen) {
    options.files = database.table_options(family_of(families, projection));
    options.files.rate_limiter = limiter;
    const auto index = static_cast<std::size_t>(projection);
    writers[index] = std::make_unique<TableFileWriter>(options.files, tables,
                                                       std::string(to_string(projection)));
    sinks[index] = writers[index].get();
  }
  if (auto built = build_rows(log, through, sinks, options); !built) return built;
  for (const Projection projection : chosen) {
    auto ingested = database.ingest(family_of(families, projection),
                                    writers[static_cast<std::size_t>(projection)]->paths());
    if (!ingested) return ingested;
  }
  return remove_directory(files, options.directory);
}

Result<void> rebuild_generation(const EventLog& log, ProjectionDatabase& database,
                                const std::vector<Projection>& chosen, Sequence through,
                                const BulkBuildOptions& options) {
  const auto generation = database.create_generation(chosen);
  if (!generation) return std::unexpected(generation.error());
  if (auto built = build_families(log, database, *generation, chosen, through, options); !built) {
    static_cast<void>(database.drop(*generation));  // or the next opening does
    return built;
  }
  return database.activate(*generation, chosen, through);
}

Result<void> build_projections_anew(const EventLog& log, const std::filesystem::path& directory,
                                    rocksdb::Env* env, const BulkBuildOptions& options) {
  rocksdb::FileSystem& files = file_system_of(env);
  const std::filesystem::path unfinished = unfinished_directory(directory);
  if (auto removed = remove_directory(files, unfinished); !removed) return removed;
  {
    const auto database = ProjectionDatabase::open(unfinished, log.id(), env);
    if (!database) return std::unexpected(database.error());
    const Sequence through = log.last_sequence();
    auto built = build_families(log, **database, (*database)->active(),
                                {all_projections.begin(), all_projections.end()}, through, options);
    if (!built) return built;
    if (auto set = (*database)->set_checkpoint(through); !set) return set;
  }
  if (auto removed = remove_directory(files, directory); !removed) return removed;
  const auto renamed = files.RenameFile(unfinished.string(), directory.string(), {}, nullptr);
  if (!renamed.ok()) {
    return std::unexpected(
        from_status(renamed, fmt::format("putting the projections into {}", directory.string())));
  }
  return sync_directory(files, directory.parent_path());
}

}  // namespace rounds
