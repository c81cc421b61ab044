#include "tools/online_replay.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/rebuild_json.hpp"
#include "tools/http_client.hpp"

namespace rounds::tools {
namespace {

constexpr std::string_view rebuilds_path = "/api/v1/rebuilds";
constexpr unsigned status_ok = 200;

// How often the daemon is asked how far it is.
constexpr std::chrono::milliseconds ask_interval{200};

Result<api::RebuildStatus> send(const HttpClient& client, const HttpRequest& request) {
  const auto answer = client.send(request);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != status_ok) {
    return std::unexpected(api::error_from_problem(answer->status, answer->body));
  }
  const auto value = api::parse_json(answer->body, "the answer of the server");
  auto status = value ? api::rebuild_from_json(*value)
                      : Result<api::RebuildStatus>(std::unexpected(value.error()));
  if (status) return status;
  return fail(ErrorCode::unavailable,
              fmt::format("{}; check that --server names a rounds-ingestd of this release",
                          status.error().message));
}

}  // namespace

Result<RebuildReport> rebuild_through_server(const std::string& url,
                                             const std::vector<Projection>& chosen,
                                             const ReplayProgress& progress,
                                             ServerCredentials credentials) {
  const auto client = HttpClient::open(url, std::move(credentials));
  if (!client) return std::unexpected(client.error());
  boost::json::array names;
  for (const Projection projection : chosen) names.emplace_back(to_string(projection));
  const std::string body = api::to_text(boost::json::object{{"projections", std::move(names)}});
  auto status = send(*client, {.post = true,
                               .target = std::string(rebuilds_path),
                               .content_type = "application/json",
                               .body = body});
  const std::string target =
      status ? fmt::format("{}/{}", rebuilds_path, status->number) : std::string();
  while (status && status->state == api::RebuildState::running) {
    std::this_thread::sleep_for(ask_interval);
    status = send(*client, {.post = false, .target = target, .content_type = {}, .body = {}});
    if (status && progress) progress(status->events_done, status->events_total);
  }
  if (!status) return std::unexpected(std::move(status.error()));
  if (status->state == api::RebuildState::failed) {
    return fail(ErrorCode::unavailable, fmt::format("the rebuild has failed: {}", status->error));
  }
  RebuildReport report{status->sequence, chosen};
  if (chosen.empty()) report.rebuilt.assign(all_projections.begin(), all_projections.end());
  return report;
}

}  // namespace rounds::tools
