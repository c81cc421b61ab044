#include <array>
#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "api/command_json.hpp"
#include "api/json_text.hpp"
#include "api/signature_json.hpp"
#include "core/check.hpp"
#include "daemon/handlers.hpp"
#include "daemon/limits.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

// A route for each of api::command_names, in their order: a route's pattern is a literal.
constexpr std::array<std::string_view, api::command_names.size()> command_patterns{
    "/api/v1/signatures/{id}/investigate", "/api/v1/signatures/{id}/revert",
    "/api/v1/signatures/{id}/diagnose",    "/api/v1/signatures/{id}/resolve",
    "/api/v1/signatures/{id}/mute",        "/api/v1/signatures/{id}/retriage",
    "/api/v1/signatures/{id}/tags"};

Result<ExecuteCommand> read_command(std::string_view name, const Request& request, Timestamp now) {
  const auto id = SignatureId::parse(request.path_parameters.front());
  if (!id) return std::unexpected(id.error());
  // A command without arguments needs no body.
  const std::string_view text = request.body.empty() ? std::string_view("{}") : request.body;
  const auto body = api::parse_json(text, "the request body");
  if (!body) return std::unexpected(body.error());
  auto command = api::command_from_json(name, *body, now);
  if (!command) return std::unexpected(std::move(command.error()));
  return ExecuteCommand{*id, std::move(command->command), std::move(command->context)};
}

asio::awaitable<Response> run_command(Services& services, std::string_view name, Request& request) {
  auto command = read_command(name, request, services.clock.now());
  if (!command) co_return problem(command.error());
  Submission submission = std::move(*command);
  Result<Commit> commit =
      co_await services.store.submit(std::move(submission), asio::use_awaitable);
  if (!commit) co_return problem(commit.error());
  ROUNDS_CHECK(commit->signature.has_value(), "the commit of a command holds the signature");
  co_return ok_json(api::signature_to_json(*commit->signature));
}

}  // namespace

void add_command_routes(Router& router, Services& services) {
  for (std::size_t i = 0; i < command_patterns.size(); ++i) {
    const std::string_view name = api::command_names[i];
    ROUNDS_CHECK(command_patterns[i].ends_with(name), "patterns follow the order of the names");
    Route route;
    route.method = http::verb::post;
    route.pattern = command_patterns[i];
    route.handler = [&services, name](Request& request) {
      return run_command(services, name, request);
    };
    route.body.content_types = {"application/json"};
    route.body.max_bytes = max_command_body_bytes;
    router.add(std::move(route));
  }
}

}  // namespace rounds::daemon
