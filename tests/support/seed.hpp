// Random tests print their seed and accept it back.
#pragma once

#include <cstdint>

namespace rounds::test {

// The seed of a random test: ROUNDS_TEST_SEED if set, otherwise a fresh one. Prints it, so that a
// failure can be run again: ROUNDS_TEST_SEED=<seed> ctest -R <test>.
[[nodiscard]] std::uint64_t random_seed();

// The number of rounds of a random test: ROUNDS_TEST_ROUNDS if set, otherwise `normal`.
[[nodiscard]] std::uint64_t random_rounds(std::uint64_t normal);

}  // namespace rounds::test
