// Has a running daemon rebuild projections, and watches it.
//
// Blocks its caller. One thread.
#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"
#include "projections/replay.hpp"
#include "store/maintenance.hpp"
#include "tools/http_client.hpp"

namespace rounds::tools {

// Asks the daemon at `url` to rebuild `chosen` (none: all) and waits until it has. The rebuild goes
// on in the daemon when the caller is killed. Errors: invalid_argument for an address that is none;
// conflict while another rebuild is running; unavailable if the daemon does not answer, or the
// rebuild failed.
[[nodiscard]] Result<RebuildReport> rebuild_through_server(const std::string& url,
                                                           const std::vector<Projection>& chosen,
                                                           const ReplayProgress& progress,
                                                           ServerCredentials credentials = {});

}  // namespace rounds::tools
