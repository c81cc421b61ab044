#include "ingest/otlp.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "ingest/otlp_extract.hpp"
#include "ingest/otlp_json.hpp"
#include "ingest/otlp_protobuf.hpp"
#include "ingest/repetition_keys.hpp"

namespace rounds {
namespace {

using ReadRequest = Result<void> (*)(std::string_view body, otlp::Extractor& extractor);

Result<OtlpBatch> decode(ReadRequest read_request, std::string_view body, Timestamp received_at) {
  ROUNDS_CHECK(is_valid(received_at), "the time of receipt comes from a clock of our own");
  otlp::Extractor extractor(received_at);
  if (auto read = read_request(body, extractor); !read) return std::unexpected(read.error());
  OtlpBatch batch = extractor.take_batch();
  const bool all_tell = std::ranges::all_of(
      batch.keys, [](const OccurrenceKeys& keys) { return keys.delivery.is_present(); });
  if (all_tell && !batch.keys.empty()) {
    RepetitionHasher hasher;
    hasher.add(body);
    batch.batch_key = hasher.key();
  }
  return batch;
}

}  // namespace

Result<OtlpBatch> decode_otlp_logs(std::string_view body, OtlpEncoding encoding,
                                   Timestamp received_at) {
  const bool binary = encoding == OtlpEncoding::protobuf;
  return decode(binary ? otlp::read_protobuf_logs : otlp::read_json_logs, body, received_at);
}

Result<OtlpBatch> decode_otlp_traces(std::string_view body, OtlpEncoding encoding,
                                     Timestamp received_at) {
  const bool binary = encoding == OtlpEncoding::protobuf;
  return decode(binary ? otlp::read_protobuf_traces : otlp::read_json_traces, body, received_at);
}

}  // namespace rounds
