// The store behind a daemon (rounds-ingestd) as the Backend of commands, over its HTTP interface.
//
// Belongs to one thread.
#pragma once

#include <memory>
#include <string_view>

#include "core/clock.hpp"
#include "tools/backend.hpp"

namespace rounds::tools {

// `url` is "http://host:port"; connects to nothing yet. `clock` must outlive the backend. Errors:
// invalid_argument for any other text.
[[nodiscard]] Result<std::unique_ptr<Backend>> open_server_backend(std::string_view url,
                                                                   const Clock& clock);

}  // namespace rounds::tools
