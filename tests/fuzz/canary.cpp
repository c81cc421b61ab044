#include <cstddef>

#include "tests/fuzz/fuzzers.hpp"

namespace rounds::test {

void fuzz_canary(std::string_view input) {
  constexpr std::string_view magic = "ROUNDS";
  constexpr char text_kind = 't';
  if (!input.starts_with(magic)) return;
  input.remove_prefix(magic.size());
  if (input.size() < 2 || input[0] != text_kind) return;
  const std::size_t claimed = static_cast<unsigned char>(input[1]);
  input.remove_prefix(2);
  if (claimed == 0) return;
  // The planted bug: nobody compares the claimed length with the real one.
  const volatile char last = input.data()[claimed - 1];
  static_cast<void>(last);
}

}  // namespace rounds::test
