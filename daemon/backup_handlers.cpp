#include <utility>

#include <spdlog/spdlog.h>

#include "api/backup_json.hpp"
#include "daemon/handlers.hpp"

namespace rounds::daemon {
namespace {

boost::asio::awaitable<Response> create_backup(Services& services, Request&) {
  Result<Backup> backup = co_await services.backups.create();
  if (!backup) {
    const bool refused = backup.error().code == ErrorCode::refused;  // nothing has gone wrong
    if (!refused) {
      spdlog::warn("no backup was made: {}",
                   loggable(backup.error().message, max_logged_message_bytes));
    }
    co_return problem(backup.error());
  }
  spdlog::info("backup {} was made: it ends with event {}", backup->number, backup->sequence);
  co_return ok_json(api::backup_to_json(*backup));
}

}  // namespace

void add_backup_routes(Router& router, Services& services) {
  Route route;
  route.method = http::verb::post;
  route.pattern = "/api/v1/backups";
  route.handler = [&services](Request& request) { return create_backup(services, request); };
  router.add(std::move(route));
}

}  // namespace rounds::daemon
