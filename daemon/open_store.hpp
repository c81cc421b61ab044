// Opens the store that rounds-ingestd serves. The one place of the daemon that knows which store.
#pragma once

#include <filesystem>
#include <memory>

#include "core/error.hpp"
#include "core/signature_store.hpp"

namespace rounds::daemon {

// The store in `data_dir`, created if absent, which comes back by itself after a failed write.
// What happens to it goes to the log. Errors: those of RocksStore::open().
[[nodiscard]] Result<std::unique_ptr<SignatureStore>> open_store(
    const std::filesystem::path& data_dir);

}  // namespace rounds::daemon
