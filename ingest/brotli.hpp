// Decompression of brotli bodies (RFC 7932) with a hard limit on what comes out.
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace rounds {

// The content of `body`. Stops as soon as there are more than `max_bytes`: a small body that
// expands without end costs `max_bytes`, one block and brotli's window (up to 16 MiB, as the body
// asks) of memory. A success costs up to twice its size for a moment.
// Errors: too_large; invalid_argument says whether the body is malformed or ends too early.
[[nodiscard]] Result<std::string> unbrotli(std::string_view body, std::size_t max_bytes);

}  // namespace rounds
