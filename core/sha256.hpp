// SHA-256, the digest that fingerprints are made of.
//
// Usable from any thread; each thread keeps one digest context of libcrypto until it ends.
#pragma once

#include <string>
#include <string_view>

namespace rounds {

// The SHA-256 digest of `data` as 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view data);

}  // namespace rounds
