// A store for benchmarks that read: each signature once, all of it on disk, the live set empty.
#pragma once

#include <memory>

#include "core/error.hpp"
#include "store/rocks_store.hpp"

namespace rounds::bench {

// The store with benchmark_signatures(). Filled by the first call, removed when the process ends.
[[nodiscard]] Result<RocksStore*> filled_store();

}  // namespace rounds::bench
