// Attributes and values in OTLP's JSON encoding: internal to the OTLP decoders.
//
// Pure: usable from any thread.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "core/error.hpp"
#include "ingest/json_access.hpp"
#include "ingest/otlp.pb.h"
#include "ingest/otlp_value.hpp"

namespace rounds::otlp {

// Reads the member "attributes" of `owner`, which stands at `path`, into `attributes`. Recursion is
// bounded by the depth of the document. Errors: invalid_argument names the path.
[[nodiscard]] Result<void> read_json_attributes(const boost::json::object& owner,
                                                const json_access::Path& path,
                                                Attributes& attributes);

// Reads an AnyValue object. Without a known member the value stays unset.
[[nodiscard]] Result<void> read_json_value(const boost::json::object& object,
                                           const json_access::Path& path, v1::AnyValue& value);

}  // namespace rounds::otlp
