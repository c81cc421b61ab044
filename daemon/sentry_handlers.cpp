#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/problem.hpp"
#include "daemon/handlers.hpp"
#include "daemon/limits.hpp"
#include "daemon/query_parameters.hpp"
#include "daemon/request_body.hpp"
#include "ingest/sentry_envelope.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

// Pages of any site may report their errors here, as to Sentry itself. Nothing can be read here,
// and no other route says so.
Response with_cors(Response response) {
  response.set(http::field::access_control_allow_origin, "*");
  response.set(http::field::access_control_expose_headers, "X-Sentry-Rate-Limits, Retry-After");
  return response;
}

// SDKs drop what they meant to send until this is over; no categories mean all of them.
Response sentry_answer(std::string_view, unsigned status, std::string_view detail) {
  Response response = problem(status, detail);
  if (status == 429) {
    response.set("X-Sentry-Rate-Limits",
                 fmt::format("{}::organization:overloaded", retry_after_seconds));
  }
  return with_cors(std::move(response));
}

Response sentry_answer(const Error& error) {
  return sentry_answer({}, api::http_status(error.code), error.message);
}

// The public key of the client's DSN as the header of the request has it; empty if it has none.
std::string sentry_key_in_header(const Request& request) {
  const std::string_view in_field = sentry_key_in_field(request.sentry_auth);
  if (!in_field.empty()) return std::string(in_field);
  const std::string* in_query = find_parameter(request, "sentry_key");
  return in_query != nullptr ? *in_query : std::string();
}

Response no_key() {
  return sentry_answer({}, 401,
                       "no sentry_key: send one in X-Sentry-Auth, in the query or in the dsn of "
                       "the envelope, as SDKs do with the DSN http://KEY@HOST:PORT/PROJECT");
}

Response wrong_key() {
  return sentry_answer({}, 401,
                       "the sentry_key is not an ingest token: put one into the DSN, "
                       "http://TOKEN@HOST:PORT/PROJECT");
}

// A wrong key costs no body. One that may stand in the body is no reason to trust it with all of
// the memory that there is for bodies.
std::optional<Response> check_key(const Services& services, Request& request) {
  const std::string key = sentry_key_in_header(request);
  if (!key.empty() && !services.access.is_ingest_token(key)) return wrong_key();
  if (key.empty() && services.access.is_enforced()) request.memory_share = MemoryShare::half;
  return std::nullopt;
}

asio::awaitable<Response> get_permission(Services&, Request&) {
  Response response = with_cors(ok("", "text/plain"));
  response.set(http::field::access_control_allow_methods, "POST, OPTIONS");
  response.set(http::field::access_control_allow_headers,
               "Content-Type, Content-Encoding, X-Sentry-Auth, X-Requested-With, Authorization");
  response.set(http::field::access_control_max_age, "3600");
  co_return response;
}

Response success(const SentryBatch& batch) {
  boost::json::object answer;
  if (!batch.event_id.empty()) answer["id"] = batch.event_id;
  if (batch.damaged_count > 0) {
    answer["damaged_items"] = batch.damaged_count;
    answer["damage"] = batch.damage;
  }
  return with_cors(ok_json(answer));
}

using Decoder = Result<SentryBatch> (*)(std::string_view body, std::string_view project,
                                        Timestamp received_at);

asio::awaitable<Response> take_events(Services& services, Decoder decode, Request& request) {
  std::string key = sentry_key_in_header(request);
  const auto decompressed = decompress_body(request, max_sentry_decompressed_bytes);
  if (!decompressed) co_return sentry_answer(decompressed.error());
  if (key.empty()) key = sentry_key_in_envelope(request.body);
  if (key.empty()) co_return no_key();
  if (!services.access.is_ingest_token(key)) co_return wrong_key();
  auto batch = decode(request.body, request.path_parameters.front(), services.clock.now());
  if (!batch) {
    services.metrics.count_sentry_items(SentryItem::damaged, 1);
    co_return sentry_answer(batch.error());
  }
  services.metrics.count_sentry_items(SentryItem::below_error, batch->below_error_count);
  services.metrics.count_sentry_items(SentryItem::skipped, batch->skipped_count);
  services.metrics.count_sentry_items(SentryItem::damaged, batch->damaged_count);
  const std::size_t errors = batch->occurrences.size();
  if (errors > 0) {
    const auto recall = [&store = services.store](std::span<const std::string_view> fingerprints) {
      return store.recall(fingerprints);
    };
    RecordOccurrences record;
    record.occurrences = services.grouping.identify_all(batch->occurrences, recall);
    record.keys = std::move(batch->keys);
    batch->occurrences.clear();
    Submission submission = std::move(record);
    Result<Commit> commit =
        co_await services.store.submit(std::move(submission), asio::use_awaitable);
    if (!commit) {
      // Nobody sends them again.
      services.metrics.count_sentry_items(SentryItem::lost, errors);
      services.metrics.count_refused(commit.error().code, errors);
      spdlog::warn("{} occurrences were not recorded: {}", errors,
                   loggable(commit.error().message, max_logged_message_bytes));
      co_return sentry_answer(commit.error());
    }
    services.metrics.count_repeats(commit->repeats);
  }
  services.metrics.count_sentry_items(SentryItem::recorded, errors);
  services.metrics.count_accepted(errors);
  services.metrics.count_damaged(batch->damaged_count);
  co_return success(*batch);
}

}  // namespace

void add_sentry_routes(Router& router, Services& services) {
  const auto add = [&](std::string_view pattern, Decoder decode) {
    Route route;
    route.method = http::verb::post;
    route.pattern = pattern;
    route.handler = [&services, decode](Request& request) {
      return take_events(services, decode, request);
    };
    route.access = Access::open;  // for the key is asked here
    route.gate = [&services](Request& request) { return check_key(services, request); };
    // Browsers send text/plain, or nothing, to be spared the question that get_permission answers.
    route.body.any_content_type = true;
    route.body.encodings = {ContentEncoding::gzip, ContentEncoding::deflate,
                            ContentEncoding::brotli};
    route.body.max_bytes = max_sentry_body_bytes;
    route.error_answer = sentry_answer;
    route.no_memory_status = 429;  // the one that tells SDKs for how long to be quiet
    router.add(std::move(route));
    Route preflight;
    preflight.method = http::verb::options;
    preflight.pattern = pattern;
    preflight.access = Access::open;
    preflight.handler = [&services](Request& request) { return get_permission(services, request); };
    router.add(std::move(preflight));
  };
  // SDKs end their paths with a slash; people who write a path by hand may not.
  add("/api/{project}/envelope/", decode_sentry_envelope);
  add("/api/{project}/envelope", decode_sentry_envelope);
  add("/api/{project}/store/", decode_sentry_event);
  add("/api/{project}/store", decode_sentry_event);
}

}  // namespace rounds::daemon
