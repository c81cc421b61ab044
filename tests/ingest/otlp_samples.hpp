// The recorded OTLP requests in tests/data/otlp, and helpers to decode and rewrite requests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "ingest/otlp.hpp"
#include "ingest/otlp.pb.h"

namespace rounds::test {

struct OtlpSample {
  std::string name;  // "001_v1_traces"
  OtlpSignal signal{};
  OtlpEncoding encoding{};
  std::string raw_body;  // as it was sent
  bool compressed = false;
  std::string body;  // decompressed
};

// All recorded requests, in the order in which they were sent.
[[nodiscard]] std::vector<OtlpSample> load_otlp_samples();

// The first recorded request of a kind.
[[nodiscard]] OtlpSample load_otlp_sample(OtlpSignal signal, OtlpEncoding encoding);

// The receipt time of every decode in these tests.
[[nodiscard]] Timestamp receipt_time();

[[nodiscard]] Result<OtlpBatch> decode_otlp(OtlpSignal signal, OtlpEncoding encoding,
                                            std::string_view body);

// The same request in OTLP's JSON encoding.
[[nodiscard]] std::string to_otlp_json(const otlp::v1::ExportLogsServiceRequest& request);
[[nodiscard]] std::string to_otlp_json(const otlp::v1::ExportTraceServiceRequest& request);

// Adds the attribute `key` with a string value.
void add_attribute(google::protobuf::RepeatedPtrField<otlp::v1::KeyValue>& attributes,
                   std::string_view key, std::string_view value);

}  // namespace rounds::test
