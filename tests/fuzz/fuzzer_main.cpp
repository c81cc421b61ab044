// The entry that libFuzzer calls; built once for each fuzzer, whose function ROUNDS_FUZZER names.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rounds::test::ROUNDS_FUZZER({reinterpret_cast<const char*>(data), size});
  return 0;
}
