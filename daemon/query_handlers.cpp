#include <charconv>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "api/signature_json.hpp"
#include "api/store_json.hpp"
#include "core/signature_store.hpp"
#include "core/utf8.hpp"
#include "daemon/handlers.hpp"
#include "daemon/query_parameters.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::size_t default_similar = 5;

// The parameter "limit", or `otherwise`. The range is checked as well.
Result<std::size_t> read_limit(const Request& request, std::size_t otherwise) {
  const std::string* text = find_parameter(request, "limit");
  if (text == nullptr) return otherwise;
  std::size_t limit = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, limit);
  if (error != std::errc{} || rest != end) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("limit is \"{}\"; use a number from 1 to {}", excerpt(*text),
                            limits::max_page_size));
  }
  if (auto valid = validate_limit(limit); !valid) return std::unexpected(valid.error());
  return limit;
}

Result<SignatureQuery> read_page_query(const Request& request, SignatureQuery query) {
  const auto limit = read_limit(request, limits::default_page_size);
  if (!limit) return std::unexpected(limit.error());
  query.limit = *limit;
  if (const std::string* text = find_parameter(request, "cursor")) {
    const auto cursor = PageCursor::decode(*text);
    if (!cursor) return std::unexpected(cursor.error());
    query.after = *cursor;
  }
  return query;
}

Result<SignatureQuery> read_list_query(const Request& request) {
  const auto known =
      check_parameters(request, {"status", "service", "error_type", "tag", "limit", "cursor"});
  if (!known) return std::unexpected(known.error());
  SignatureQuery query;
  if (const std::string* text = find_parameter(request, "status")) {
    const auto status = parse_status(*text);
    if (!status) return std::unexpected(status.error());
    query.status = *status;
  }
  if (const std::string* text = find_parameter(request, "service")) query.service = *text;
  if (const std::string* text = find_parameter(request, "error_type")) query.error_type = *text;
  if (const std::string* text = find_parameter(request, "tag")) query.tag = *text;
  return read_page_query(request, std::move(query));
}

Result<SignatureQuery> read_pending_query(const Request& request) {
  const auto known = check_parameters(request, {"limit", "cursor"});
  if (!known) return std::unexpected(known.error());
  SignatureQuery query;
  query.status = Status::new_;
  return read_page_query(request, std::move(query));
}

Result<HistoryQuery> read_history_query(const Request& request) {
  const auto known = check_parameters(request, {"limit", "cursor"});
  if (!known) return std::unexpected(known.error());
  const auto limit = read_limit(request, limits::default_page_size);
  if (!limit) return std::unexpected(limit.error());
  HistoryQuery query;
  query.limit = *limit;
  if (const std::string* text = find_parameter(request, "cursor")) {
    const auto after = api::history_cursor_from_text(*text);
    if (!after) return std::unexpected(after.error());
    query.after = *after;
  }
  return query;
}

// The parameter "as_of", the only one that these requests take; none: they ask for now.
Result<std::optional<Moment>> read_as_of(const Request& request) {
  if (auto known = check_parameters(request, {"as_of"}); !known) {
    return std::unexpected(known.error());
  }
  const std::string* text = find_parameter(request, "as_of");
  if (text == nullptr) return std::nullopt;
  const auto moment = parse_moment(*text);
  if (!moment) return std::unexpected(moment.error().with_context("as_of"));
  return *moment;
}

asio::awaitable<Response> list_signatures(Services& services, Result<SignatureQuery> query) {
  if (!query) co_return problem(query.error());
  Result<SignaturePage> page = co_await services.store.list(*query, asio::use_awaitable);
  if (!page) co_return problem(page.error());
  co_return ok_json(api::page_to_json(*page));
}

Response signature_response(const Result<std::optional<Signature>>& found, const Error& otherwise) {
  if (!found) return problem(found.error());
  if (!*found) return problem(otherwise);
  return ok_json(api::signature_to_json(**found));
}

asio::awaitable<Response> get_signature(Services& services, Request& request) {
  const auto id = SignatureId::parse(request.path_parameters.front());
  if (!id) co_return problem(id.error());
  const auto as_of = read_as_of(request);
  if (!as_of) co_return problem(as_of.error());
  if (*as_of) {
    const Moment moment = **as_of;
    Result<std::optional<Signature>> past =
        co_await services.store.as_of(*id, moment, asio::use_awaitable);
    co_return signature_response(past, signature_not_found(*id, moment));
  }
  Result<std::optional<Signature>> found =
      co_await services.store.get_by_id(*id, asio::use_awaitable);
  co_return signature_response(found, signature_not_found(*id));
}

asio::awaitable<Response> get_fingerprint(Services& services, Request& request) {
  const std::string& fingerprint = request.path_parameters.front();
  const std::string shown(truncate_utf8(fingerprint, limits::max_fingerprint_bytes));
  const auto as_of = read_as_of(request);
  if (!as_of) co_return problem(as_of.error());
  if (*as_of) {
    const Moment moment = **as_of;
    Result<std::optional<Signature>> past =
        co_await services.store.get_by_fingerprint_as_of(fingerprint, moment, asio::use_awaitable);
    const Error absent_then{ErrorCode::not_found,
                            fmt::format("there was no signature with fingerprint {} as of {}",
                                        shown, describe(moment))};
    co_return signature_response(past, absent_then);
  }
  Result<std::optional<Signature>> found =
      co_await services.store.get_by_fingerprint(fingerprint, asio::use_awaitable);
  const Error absent{ErrorCode::not_found,
                     fmt::format("there is no signature with fingerprint {}", shown)};
  co_return signature_response(found, absent);
}

asio::awaitable<Response> get_history(Services& services, Request& request) {
  const auto id = SignatureId::parse(request.path_parameters.front());
  if (!id) co_return problem(id.error());
  const auto query = read_history_query(request);
  if (!query) co_return problem(query.error());
  Result<HistoryPage> page = co_await services.store.history(*id, *query, asio::use_awaitable);
  if (!page) co_return problem(page.error());
  co_return ok_json(api::history_page_to_json(*page));
}

asio::awaitable<Response> get_similar(Services& services, Request& request) {
  const auto id = SignatureId::parse(request.path_parameters.front());
  if (!id) co_return problem(id.error());
  const auto known = check_parameters(request, {"limit"});
  if (!known) co_return problem(known.error());
  const auto limit = read_limit(request, default_similar);
  if (!limit) co_return problem(limit.error());
  Result<std::vector<Signature>> signatures =
      co_await services.store.get_similar(*id, *limit, asio::use_awaitable);
  if (!signatures) co_return problem(signatures.error());
  co_return ok_json(api::signatures_to_json(*signatures));
}

asio::awaitable<Response> get_stats(Services& services, Request& request) {
  const auto as_of = read_as_of(request);
  if (!as_of) co_return problem(as_of.error());
  if (*as_of) {
    const Moment moment = **as_of;
    Result<StoreStats> past = co_await services.store.get_stats_as_of(moment, asio::use_awaitable);
    if (!past) co_return problem(past.error());
    co_return ok_json(api::stats_to_json(*past, std::nullopt));
  }
  Result<StoreStats> stats = co_await services.store.get_stats(asio::use_awaitable);
  if (!stats) co_return problem(stats.error());
  co_return ok_json(api::stats_to_json(*stats, services.clock.now()));
}

}  // namespace

void add_query_routes(Router& router, Services& services) {
  const auto add = [&](std::string_view pattern, auto handler) {
    Route route;
    route.pattern = pattern;
    route.handler = [&services, handler](Request& request) { return handler(services, request); };
    router.add(std::move(route));
  };
  add("/api/v1/signatures",
      [](Services& s, Request& request) { return list_signatures(s, read_list_query(request)); });
  add("/api/v1/pending", [](Services& s, Request& request) {
    return list_signatures(s, read_pending_query(request));
  });
  add("/api/v1/signatures/{id}", get_signature);
  add("/api/v1/fingerprints/{fingerprint}", get_fingerprint);
  add("/api/v1/signatures/{id}/history", get_history);
  add("/api/v1/signatures/{id}/similar", get_similar);
  add("/api/v1/stats", get_stats);
}

}  // namespace rounds::daemon
