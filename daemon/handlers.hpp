// The routes of the daemon, by theme. Each function adds its routes to `router`; `services` must
// outlive the router. What the routes answer is described in docs/http-api.md.
#pragma once

#include "daemon/router.hpp"
#include "daemon/services.hpp"

namespace rounds::daemon {

// POST /v1/logs and /v1/traces: OTLP/HTTP. Answers after the store has acknowledged.
void add_otlp_routes(Router& router, Services& services);

// POST (and OPTIONS) /api/{project}/envelope/ and /api/{project}/store/, with and without the last
// slash: Sentry SDKs. Answers after the store has acknowledged.
void add_sentry_routes(Router& router, Services& services);

// GET /api/v1/...: signatures, their histories, statistics.
void add_query_routes(Router& router, Services& services);

// GET /api/v1/events: the log as it is and as it grows.
void add_event_routes(Router& router, Services& services);

// POST /api/v1/signatures/{id}/COMMAND.
void add_command_routes(Router& router, Services& services);

// POST /api/v1/backups.
void add_backup_routes(Router& router, Services& services);

// POST /api/v1/rebuilds and GET /api/v1/rebuilds/{number}.
void add_rebuild_routes(Router& router, Services& services);

// GET /healthz, /readyz, /metrics and /openapi.json.
void add_service_routes(Router& router, Services& services);

}  // namespace rounds::daemon
