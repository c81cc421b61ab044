#include "daemon/open_store.hpp"

#include <spdlog/spdlog.h>

#include "store/supervised_store.hpp"

namespace rounds::daemon {
namespace {

void log_incident(const StoreIncident& incident) {
  using Kind = StoreIncident::Kind;
  switch (incident.kind) {
    case Kind::opened:
      spdlog::info("opened the store: {}", incident.message);
      return;
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

Result<std::unique_ptr<SignatureStore>> open_store(const std::filesystem::path& data_dir) {
  SupervisedStoreOptions options;
  options.report = log_incident;
  auto store = SupervisedStore::open(data_dir, std::move(options));
  if (!store) return std::unexpected(std::move(store.error()));
  return std::move(*store);
}

}  // namespace rounds::daemon
