#include "daemon/open_store.hpp"

#include "store/rocks_store.hpp"

namespace rounds::daemon {

Result<std::unique_ptr<SignatureStore>> open_store(const std::filesystem::path& data_dir) {
  auto store = RocksStore::open(data_dir, RocksStoreOptions{});
  if (!store) return std::unexpected(std::move(store.error()));
  return std::move(*store);
}

}  // namespace rounds::daemon
