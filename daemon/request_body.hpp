// Compressed bodies of requests: shared by the handlers that take them.
//
// A request belongs to one connection and its thread.
#pragma once

#include <cstddef>

#include "core/error.hpp"
#include "daemon/http.hpp"

namespace rounds::daemon {

// Replaces a compressed body by its content, and grows the request's memory by it; does nothing to
// one that is not. Errors: invalid_argument and too_large as decompress() says
// (ingest/content_encoding.hpp), overloaded if there is no memory for the content now.
[[nodiscard]] Result<void> decompress_body(Request& request, std::size_t max_bytes);

}  // namespace rounds::daemon
