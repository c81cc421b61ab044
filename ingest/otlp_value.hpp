// Reading OTLP attributes and values: internal to the OTLP decoders.
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <google/protobuf/repeated_ptr_field.h>

#include "ingest/otlp.pb.h"

namespace rounds::otlp {

using Attributes = google::protobuf::RepeatedPtrField<v1::KeyValue>;

// The value of the first attribute called `key`; null if there is none.
[[nodiscard]] const v1::AnyValue* find_attribute(const Attributes& attributes,
                                                 std::string_view key);

// Whether there is a value that says something: neither null, nor unset, nor the empty string.
[[nodiscard]] bool has_content(const v1::AnyValue* value);

// The value as text of at most `max_bytes`, valid UTF-8. A string is itself, everything else is
// compact JSON (bytes as base64): 5, true, [1,"a"], {"k":null}. Null or unset: empty.
[[nodiscard]] std::string text_of(const v1::AnyValue* value, std::size_t max_bytes);

}  // namespace rounds::otlp
