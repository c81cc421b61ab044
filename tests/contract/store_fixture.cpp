#include "tests/contract/store_fixture.hpp"

#include <ostream>

namespace rounds::test {

SignatureId CountingIdGenerator::next(Timestamp) {
  const std::uint64_t number = made_->fetch_add(1) + 1;
  // An odd multiplier permutes the 64-bit numbers: ids are distinct, but not in order.
  const std::uint64_t scattered = number * 0x9E3779B97F4A7C15ULL;
  SignatureId id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(scattered >> (8 * (7 - i)));
    id.bytes[i + 8] = static_cast<std::uint8_t>(number >> (8 * (7 - i)));
  }
  return id;
}

StoreOptions FixtureSettings::store_options() const {
  return {clock, policy, std::make_unique<CountingIdGenerator>(ids_made), dedup_window,
          new_signatures_per_minute};
}

std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
  return out << kind.name;
}

std::vector<StoreKind> store_kinds() {
  return {
      {"memory", make_memory_fixture},
      {"rocks", make_rocks_fixture},
      {"rocksWithSmallLayers", make_small_layers_fixture},
  };
}

}  // namespace rounds::test
