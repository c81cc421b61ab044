// The store behind a daemon (rounds-ingestd) as the Backend of commands, over its HTTP interface.
//
// Belongs to one thread.
#pragma once

#include <memory>
#include <string_view>

#include "core/backup.hpp"
#include "core/clock.hpp"
#include "tools/backend.hpp"
#include "tools/http_client.hpp"

namespace rounds::tools {

// `url` is "http://host:port" or https; connects to nothing yet. `clock` must outlive the backend.
// Errors: those of HttpClient::open().
[[nodiscard]] Result<std::unique_ptr<Backend>> open_server_backend(
    std::string_view url, const Clock& clock, ServerCredentials credentials = {});

// Has the daemon at `url` make a backup, and waits until it has. Errors: those of
// open_server_backend(); unavailable if the daemon does not answer; refused if it has no directory
// for backups or makes one already; what else kept it from making one.
[[nodiscard]] Result<Backup> request_backup(std::string_view url,
                                            ServerCredentials credentials = {});

}  // namespace rounds::tools
