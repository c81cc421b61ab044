// The content encodings that HTTP bodies may have, and how they are undone.
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace rounds {

enum class ContentEncoding : std::uint8_t { identity, gzip, deflate, brotli };

// What the value of a Content-Encoding field stands for, in lower case: "" and "identity", "gzip"
// and "x-gzip", "deflate", "br". Nothing for any other.
[[nodiscard]] std::optional<ContentEncoding> content_encoding_of(std::string_view name);

// The name in a Content-Encoding field: "gzip", "br".
[[nodiscard]] std::string_view to_string(ContentEncoding encoding);

// The content of `body`, which must not be of the encoding identity: that is its own content.
// Limits, costs and errors are those of gunzip(), undeflate() and unbrotli().
[[nodiscard]] Result<std::string> decompress(std::string_view body, ContentEncoding encoding,
                                             std::size_t max_bytes);

}  // namespace rounds
