#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "api/problem.hpp"
#include "daemon/handlers.hpp"
#include "daemon/limits.hpp"
#include "daemon/request_body.hpp"
#include "ingest/otlp.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::string_view protobuf_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";

OtlpEncoding encoding_of(std::string_view content_type) {
  return content_type == json_type ? OtlpEncoding::json : OtlpEncoding::protobuf;
}

std::string_view content_type_of(OtlpEncoding encoding) {
  return encoding == OtlpEncoding::json ? json_type : protobuf_type;
}

// The google.rpc.Code for an HTTP status.
int rpc_code(unsigned status) {
  switch (status) {
    case 401:
      return 16;  // UNAUTHENTICATED
    case 429:
      return 8;  // RESOURCE_EXHAUSTED
    case 405:
    case 415:
      return 12;  // UNIMPLEMENTED
    case 500:
      return 13;  // INTERNAL
    case 503:
      return 14;  // UNAVAILABLE
    default:
      return 3;  // INVALID_ARGUMENT
  }
}

// A google.rpc.Status in the encoding of the request; problem details for a request in neither.
Response otlp_answer(std::string_view content_type, unsigned status, std::string_view detail) {
  if (content_type != protobuf_type && content_type != json_type) return problem(status, detail);
  const OtlpEncoding encoding = encoding_of(content_type);
  return make_response(status, otlp_error_response(encoding, rpc_code(status), detail),
                       content_type_of(encoding));
}

Response otlp_answer(const Request& request, const Error& error) {
  return otlp_answer(request.content_type, api::http_status(error.code), error.message);
}

Result<OtlpBatch> decode(OtlpSignal signal, const Request& request, Timestamp received_at) {
  const OtlpEncoding encoding = encoding_of(request.content_type);
  return signal == OtlpSignal::logs ? decode_otlp_logs(request.body, encoding, received_at)
                                    : decode_otlp_traces(request.body, encoding, received_at);
}

Response success(const Request& request, OtlpSignal signal, const OtlpBatch& batch) {
  const OtlpEncoding encoding = encoding_of(request.content_type);
  return ok(otlp_success_response(signal, encoding, batch.rejected_count, batch.rejection_message),
            content_type_of(encoding));
}

asio::awaitable<Response> export_telemetry(Services& services, OtlpSignal signal,
                                           Request& request) {
  const auto decompressed = decompress_body(request, max_otlp_decompressed_bytes);
  if (!decompressed) co_return otlp_answer(request, decompressed.error());
  auto batch = decode(signal, request, services.clock.now());
  if (!batch) co_return otlp_answer(request, batch.error());
  const std::size_t accepted = batch->occurrences.size();
  if (accepted > 0) {
    const auto recall = [&store = services.store](std::span<const std::string_view> fingerprints) {
      return store.recall(fingerprints);
    };
    Submission submission =
        RecordOccurrences{services.grouping.identify_all(batch->occurrences, recall),
                          {},
                          std::move(batch->keys),
                          batch->batch_key};
    batch->occurrences.clear();
    Result<Commit> commit =
        co_await services.store.submit(std::move(submission), asio::use_awaitable);
    if (!commit) {
      services.metrics.count_refused(commit.error().code, accepted);
      spdlog::warn("{} occurrences were not recorded: {}", accepted,
                   loggable(commit.error().message, max_logged_message_bytes));
      co_return otlp_answer(request, commit.error());
    }
    services.metrics.count_repeats(commit->repeats);
  }
  services.metrics.count_accepted(accepted);
  services.metrics.count_rejected(batch->rejected_by);
  co_return success(request, signal, *batch);
}

}  // namespace

void add_otlp_routes(Router& router, Services& services) {
  const auto add = [&](std::string_view pattern, OtlpSignal signal) {
    Route route;
    route.method = http::verb::post;
    route.pattern = pattern;
    route.handler = [&services, signal](Request& request) {
      return export_telemetry(services, signal, request);
    };
    route.access = Access::ingest;
    route.body.content_types = {protobuf_type, json_type};
    route.body.content_type_required = true;
    route.body.encodings = {ContentEncoding::gzip};
    route.body.max_bytes = max_otlp_body_bytes;
    route.error_answer = otlp_answer;
    router.add(std::move(route));
  };
  add("/v1/logs", OtlpSignal::logs);
  add("/v1/traces", OtlpSignal::traces);
}

}  // namespace rounds::daemon
