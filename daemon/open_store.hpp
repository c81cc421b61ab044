// Opens the store that rounds-ingestd serves. The one place of the daemon that knows which store.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/signature_store.hpp"

namespace rounds::daemon {

struct OpenedStore {
  std::unique_ptr<SignatureStore> store;  // never null
  std::string opening;                    // one sentence on how it was found
};

// The store in `data_dir`, created if absent, which comes back by itself after a failed write.
// What happens to it later goes to the log. Errors: those of RocksStore::open().
[[nodiscard]] Result<OpenedStore> open_store(const std::filesystem::path& data_dir);

}  // namespace rounds::daemon
