// Texts of telemetry made fit for the store: valid UTF-8 of bounded length.
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rounds {

// `text` with every byte that does not belong to well-formed UTF-8 (RFC 3629) replaced by U+FFFD,
// cut after the last whole character that fits into `max_bytes`. Linear in the shorter of both;
// takes four bytes of memory for each character while it works, unless all is ASCII.
[[nodiscard]] std::string clean_text(std::string_view text,
                                     std::size_t max_bytes = std::string_view::npos);

}  // namespace rounds
