// OTLP's JSON encoding: internal to the OTLP decoders.
//
// Turns the document into the same messages that the binary encoding has, record by record. One
// thread per call.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "ingest/otlp_extract.hpp"

namespace rounds::otlp {

// Feed all records of a request to `extractor`; a record whose time does not fit 64 bits is
// rejected. Unknown members are ignored. Errors: invalid_argument for a document that is not JSON,
// nests too deep, or has a member of a wrong type, which is named by its path.
[[nodiscard]] Result<void> read_json_logs(std::string_view body, Extractor& extractor);
[[nodiscard]] Result<void> read_json_traces(std::string_view body, Extractor& extractor);

}  // namespace rounds::otlp
