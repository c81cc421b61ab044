// What all stores are opened with, wherever they keep their signatures.
#pragma once

#include <memory>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/lifecycle.hpp"

namespace rounds {

struct StoreOptions {
  const Clock* clock = &system_clock();  // never null; must outlive the store
  LifecyclePolicy policy;
  // Of the ids of new signatures; never null. A store calls it on one thread at a time.
  std::unique_ptr<SignatureIdGenerator> ids = std::make_unique<Uuid7Generator>();
};

}  // namespace rounds
