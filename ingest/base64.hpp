// Base64 (RFC 4648), which OTLP's JSON uses for byte strings.
//
// Pure: usable from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rounds {

// The standard alphabet, padded. At most 1 GiB.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

// Reads the standard and the URL-safe alphabet, padded or not, as protobuf's JSON mapping asks.
// Nothing if `text` is not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace rounds
