// The store that rounds-ingestd serves. The one place of the daemon that knows which store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/signature_store.hpp"
#include "daemon/backups.hpp"
#include "daemon/rebuilds.hpp"
#include "daemon/settings.hpp"
#include "store/rocks_store.hpp"
#include "store/supervised_store.hpp"

namespace rounds::daemon {

// A store, which answers everything with unavailable until it was opened, and what is asked of it
// beside the port, while it lives.
struct ServedStore {
  std::unique_ptr<SignatureStore> store;  // never null
  // Opens it and returns one sentence on how it was found; may take as long as reading the log.
  // Call once. Errors: those of RocksStore::open().
  std::function<Result<std::string>()> open;
  Backups::Create create_backup;  // empty: none configured
  Rebuilds::Run rebuild;
  std::vector<std::string> projections;  // that it has
  std::function<Result<StoreMetrics>()> metrics;
  std::function<StoreCondition()> condition;
  std::function<std::uint64_t()> groups_finished;  // commit groups so far
};

// The store in `data_dir`, created if absent when it is opened, which comes back by itself after a
// failed write. What happens to it later goes to the log. Its backups go to `backup_dir` (empty:
// there are none).
[[nodiscard]] ServedStore make_served_store(const std::filesystem::path& data_dir,
                                            const std::filesystem::path& backup_dir,
                                            const StoreSettings& settings);

}  // namespace rounds::daemon
