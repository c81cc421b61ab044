#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ingest/clean_text.hpp"
#include "ingest/otlp.hpp"
#include "ingest/otlp.pb.h"

namespace rounds {
namespace {

namespace json = boost::json;
namespace v1 = otlp::v1;

std::string success_json(OtlpSignal signal, std::size_t rejected_count, std::string_view message) {
  json::object response;
  if (rejected_count > 0 || !message.empty()) {
    const std::string_view rejected =
        signal == OtlpSignal::logs ? "rejectedLogRecords" : "rejectedSpans";
    // Protobuf's JSON mapping writes 64-bit integers as strings.
    response["partialSuccess"] =
        json::object{{rejected, std::to_string(rejected_count)}, {"errorMessage", message}};
  }
  return json::serialize(response);
}

std::string success_protobuf(std::size_t rejected_count, std::string_view message) {
  v1::ExportServiceResponse response;
  if (rejected_count > 0 || !message.empty()) {
    v1::ExportPartialSuccess& partial = *response.mutable_partial_success();
    partial.set_rejected(static_cast<std::int64_t>(rejected_count));
    partial.set_error_message(message.data(), message.size());
  }
  return response.SerializeAsString();
}

}  // namespace

std::string otlp_success_response(OtlpSignal signal, OtlpEncoding encoding,
                                  std::size_t rejected_count, std::string_view message) {
  const std::string text = clean_text(message);
  return encoding == OtlpEncoding::json ? success_json(signal, rejected_count, text)
                                        : success_protobuf(rejected_count, text);
}

std::string otlp_error_response(OtlpEncoding encoding, int rpc_code, std::string_view message) {
  const std::string text = clean_text(message);
  if (encoding == OtlpEncoding::json) {
    return json::serialize(json::object{{"code", rpc_code}, {"message", text}});
  }
  v1::Status status;
  status.set_code(rpc_code);
  status.set_message(text);
  return status.SerializeAsString();
}

}  // namespace rounds
