#include "bench/compare/measure.hpp"

#include <utility>

#include "bench/support/producer.hpp"

namespace rounds::bench {

Result<Samples> join(Result<Samples> first, Result<Samples> second) {
  if (!first) return first;
  if (!second) return second;
  first->insert(first->end(), second->begin(), second->end());
  return first;
}

Result<std::unique_ptr<RocksStore>> open_filled_rounds(const std::filesystem::path& directory,
                                                       const OccurrenceStream& stream) {
  if (auto filled = fill_store(directory, stream, {}); !filled) {
    return std::unexpected(std::move(filled.error()));
  }
  return RocksStore::open(directory);
}

Result<SqliteStore> open_filled_sqlite(const std::filesystem::path& directory,
                                       const OccurrenceStream& stream) {
  auto store = SqliteStore::open(directory);
  if (!store) return store;
  auto filled = store->record(stream, 0, stream.size(), sqlite_transaction_occurrences);
  if (!filled) return std::unexpected(std::move(filled.error()));
  return store;
}

}  // namespace rounds::bench
