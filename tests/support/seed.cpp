#include "tests/support/seed.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>

namespace rounds::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

std::uint64_t random_seed() {
  const std::uint64_t seed = from_environment("ROUNDS_TEST_SEED", std::random_device{}());
  std::printf("ROUNDS_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return seed;
}

std::uint64_t random_rounds(std::uint64_t normal) {
  return from_environment("ROUNDS_TEST_ROUNDS", normal);
}

}  // namespace rounds::test
