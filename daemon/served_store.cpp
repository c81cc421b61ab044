#include "daemon/served_store.hpp"

#include <utility>

#include <spdlog/spdlog.h>

#include "daemon/http.hpp"
#include "daemon/logging.hpp"

namespace rounds::daemon {
namespace {

void log_incident(const StoreIncident& incident) {
  using Kind = StoreIncident::Kind;
  const std::string message = loggable(incident.message, max_logged_message_bytes);
  switch (incident.kind) {
    case Kind::opened:
      return;  // the program tells, once it serves
    case Kind::failed:
      spdlog::error("the store takes no writes: {}", message);
      return;
    case Kind::waiting:
      spdlog::warn("the store cannot be opened again yet: {}", message);
      return;
    case Kind::resumed:
      spdlog::info("the store takes writes again: {}", message);
      return;
    case Kind::warning:
      spdlog::warn("{}", message);
      return;
  }
}

}  // namespace

ServedStore make_served_store(const std::filesystem::path& data_dir,
                              const std::filesystem::path& backup_dir,
                              const StoreSettings& settings) {
  const auto opening = std::make_shared<std::string>();
  SupervisedStoreOptions options;
  const auto slow_commits = std::make_shared<SlowLog>("slow commit");
  options.store = [settings, slow_commits] {
    RocksStoreOptions store;
    store.rebuild = settings.rebuild;
    store.dedup_window = settings.dedup_window;
    store.new_signatures_per_minute = settings.new_signatures_per_minute;
    store.exemplars_per_hour = settings.exemplars_per_hour;
    store.group_finished = [slow_commits](const GroupCommit& group) {
      slow_commits->note(group.taken, {{"duration_ms", milliseconds_of(group.taken)},
                                       {"submissions", std::uint64_t{group.submissions}},
                                       {"occurrences", group.occurrences}});
    };
    return store;
  };
  options.report = [opening](const StoreIncident& incident) {
    if (incident.kind == StoreIncident::Kind::opened) *opening = incident.message;
    log_incident(incident);
  };
  std::unique_ptr<SupervisedStore> store = SupervisedStore::create(data_dir, std::move(options));
  SupervisedStore& made = *store;
  ServedStore served;
  served.store = std::move(store);
  served.open = [&made, opening]() -> Result<std::string> {
    if (auto started = made.start(); !started) return std::unexpected(std::move(started.error()));
    return *opening;
  };
  if (!backup_dir.empty()) {
    served.create_backup = [&made, backup_dir](const std::stop_token& stop) {
      return made.create_backup(backup_dir, stop);
    };
  }
  served.rebuild = [&made](const auto& projections, const auto& progress,
                           const std::stop_token& stop) {
    return made.rebuild(projections, progress, stop);
  };
  served.projections = projection_names();
  served.metrics = [&made] { return made.metrics(); };
  served.condition = [&made] { return made.condition(); };
  served.groups_finished = [&made] { return made.counters().commit_durations.counts().count(); };
  return served;
}

}  // namespace rounds::daemon
