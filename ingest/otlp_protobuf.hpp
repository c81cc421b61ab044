// OTLP's binary encoding: internal to the OTLP decoders.
//
// Walks the envelope (resources, scopes) over the bytes themselves and parses one record at a time.
// Parsing the request as a whole would let a body of two-byte records take seventy times its size
// in memory. (A single record of nothing but empty events still takes forty times its own.) One
// thread per call.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "ingest/otlp_extract.hpp"

namespace rounds::otlp {

// Feed all records of a request to `extractor`. Errors: invalid_argument for bytes that are not the
// request, or values nested deeper than max_otlp_value_nesting; too_large for 2 GiB and more.
[[nodiscard]] Result<void> read_protobuf_logs(std::string_view body, Extractor& extractor);
[[nodiscard]] Result<void> read_protobuf_traces(std::string_view body, Extractor& extractor);

}  // namespace rounds::otlp
