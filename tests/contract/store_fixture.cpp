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

std::unique_ptr<SignatureIdGenerator> FixtureSettings::make_ids() const {
  return std::make_unique<CountingIdGenerator>(ids_made);
}

std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
  return out << kind.name;
}

std::vector<StoreKind> store_kinds() {
  return {
      {"memory", make_memory_fixture},
  };
}

}  // namespace rounds::test
