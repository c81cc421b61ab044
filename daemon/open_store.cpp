#include "daemon/open_store.hpp"

#include <spdlog/spdlog.h>

#include "store/supervised_store.hpp"

namespace rounds::daemon {
namespace {

void log_incident(const StoreIncident& incident) {
  using Kind = StoreIncident::Kind;
  switch (incident.kind) {
    case Kind::opened:
      return;  // the program tells, once it serves
    case Kind::failed:
      spdlog::error("the store takes no writes: {}", incident.message);
      return;
    case Kind::waiting:
      spdlog::warn("the store cannot be opened again yet: {}", incident.message);
      return;
    case Kind::resumed:
      spdlog::info("the store takes writes again: {}", incident.message);
      return;
    case Kind::warning:
      spdlog::warn("{}", incident.message);
      return;
  }
}

}  // namespace

Result<OpenedStore> open_store(const std::filesystem::path& data_dir) {
  const auto opening = std::make_shared<std::string>();
  SupervisedStoreOptions options;
  options.report = [opening](const StoreIncident& incident) {
    if (incident.kind == StoreIncident::Kind::opened) *opening = incident.message;
    log_incident(incident);
  };
  auto store = SupervisedStore::open(data_dir, std::move(options));
  if (!store) return std::unexpected(std::move(store.error()));
  return OpenedStore{*std::move(store), *opening};
}

}  // namespace rounds::daemon
