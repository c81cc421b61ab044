#include <string>

#include "core/check.hpp"
#include "ingest/otlp.pb.h"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/properties.hpp"
#include "tests/ingest/otlp_samples.hpp"

namespace rounds::test {
namespace {

// What JSON cannot say as protobuf does: damaged texts, deep nesting in arrays (ingest/otlp.hpp),
// and numbers with decimals, of which Boost.JSON may round the last digit.
bool has_json_form(const std::string& json) {
  return is_clean(json) && json.find("\"doubleValue\"") == std::string::npos;
}

template <typename Request>
void check_signal(OtlpSignal signal, const std::string& body) {
  const auto batch = decode_otlp(signal, OtlpEncoding::protobuf, body);
  if (!batch) {
    ROUNDS_CHECK(batch.error().code == ErrorCode::invalid_argument, "a bad body is the client's");
    return;
  }
  expect_sound(*batch);
  Request request;
  if (!request.ParseFromString(body)) return;  // counts other levels of nesting than we do
  const std::string json = to_otlp_json(request);
  if (!has_json_form(json)) return;
  const auto from_json = decode_otlp(signal, OtlpEncoding::json, json);
  if (!from_json) {
    ROUNDS_CHECK(from_json.error().message.find("levels deep") != std::string::npos,
                 from_json.error().message);
    return;
  }
  ROUNDS_CHECK(from_json->record_count == batch->record_count, "both encodings count alike");
  ROUNDS_CHECK(from_json->occurrences == batch->occurrences, "both encodings say the same");
}

}  // namespace

void fuzz_otlp_protobuf(std::string_view input) {
  const std::string body = decompressed(input);
  check_signal<otlp::v1::ExportLogsServiceRequest>(OtlpSignal::logs, body);
  check_signal<otlp::v1::ExportTraceServiceRequest>(OtlpSignal::traces, body);
}

}  // namespace rounds::test
