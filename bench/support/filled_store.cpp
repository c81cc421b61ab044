#include "bench/support/filled_store.hpp"

#include <utility>

#include "bench/support/benchmark_main.hpp"
#include "bench/support/producer.hpp"

namespace rounds::bench {
namespace {

struct FilledStore {
  ScratchDirectory directory = benchmark_directory();
  Result<std::unique_ptr<RocksStore>> store = fill();

  Result<std::unique_ptr<RocksStore>> fill() const {
    if (auto filled = fill_store(directory.path(), benchmark_signatures(), {}); !filled) {
      return std::unexpected(std::move(filled.error()));
    }
    return RocksStore::open(directory.path());
  }
};

}  // namespace

Result<RocksStore*> filled_store() {
  static const FilledStore filled;
  if (!filled.store) return std::unexpected(filled.store.error());
  return filled.store->get();
}

}  // namespace rounds::bench
