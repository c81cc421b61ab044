// Decompression of gzip and deflate bodies with a hard limit on what comes out.
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace rounds {

// The content of the gzip members in `body`, one after the other (RFC 1952). Stops as soon as there
// are more than `max_bytes`: a small body that expands without end costs `max_bytes` and one block
// of memory, no more. A success costs up to twice its size for a moment.
// Errors: too_large; invalid_argument says whether the body is malformed or ends too early.
[[nodiscard]] Result<std::string> gunzip(std::string_view body, std::size_t max_bytes);

// The content of an HTTP body with the encoding `deflate`: zlib's format (RFC 1950), or deflate
// alone (RFC 1951), which some clients send under the same name. Costs and errors as above; bytes
// behind the end are malformed.
[[nodiscard]] Result<std::string> undeflate(std::string_view body, std::size_t max_bytes);

}  // namespace rounds
