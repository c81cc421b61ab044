#include <charconv>
#include <utility>

#include "api/json_text.hpp"
#include "api/rebuild_json.hpp"
#include "daemon/handlers.hpp"
#include "daemon/limits.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

asio::awaitable<Response> start_rebuild(Services& services, Request& request) {
  // To rebuild all of them needs no body.
  const std::string_view text = request.body.empty() ? std::string_view("{}") : request.body;
  const auto body = api::parse_json(text, "the request body");
  if (!body) co_return problem(body.error());
  auto projections = api::rebuild_request_from_json(*body);
  if (!projections) co_return problem(projections.error());
  const auto started = services.rebuilds.start(*std::move(projections));
  if (!started) co_return problem(started.error());
  co_return ok_json(api::rebuild_to_json(*started));
}

asio::awaitable<Response> get_rebuild(Services& services, Request& request) {
  const std::string& text = request.path_parameters.front();
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size()) {
    co_return problem(Error{ErrorCode::invalid_argument, "the number of a rebuild is a number"});
  }
  const auto found = services.rebuilds.find(number);
  if (!found) co_return problem(found.error());
  co_return ok_json(api::rebuild_to_json(*found));
}

}  // namespace

void add_rebuild_routes(Router& router, Services& services) {
  Route start;
  start.method = http::verb::post;
  start.pattern = "/api/v1/rebuilds";
  start.handler = [&services](Request& request) { return start_rebuild(services, request); };
  start.body.content_types = {"application/json"};
  start.body.max_bytes = max_command_body_bytes;
  router.add(std::move(start));
  Route get;
  get.pattern = "/api/v1/rebuilds/{number}";
  get.handler = [&services](Request& request) { return get_rebuild(services, request); };
  router.add(std::move(get));
}

}  // namespace rounds::daemon
