// Certificates for tests, each the only one who vouches for itself.
//
// One thread.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/tls.hpp"

namespace rounds::test {

// Writes a new certificate for 127.0.0.1 and localhost, called `name`, and its key to `directory`.
[[nodiscard]] daemon::TlsFiles write_certificate(const std::filesystem::path& directory,
                                                 const std::string& name);

}  // namespace rounds::test
