// Where a command finds its signatures: in a data directory or behind a daemon. Settings come from
// flags, then the environment (ROUNDS_DATA_DIR, ROUNDS_SERVER, ROUNDS_CONFIG), then the TOML file
// of --config (data-dir, server, fingerprint-rules, grouping-rule), then the default, ./data.
//
// Each of these levels may name a directory or a server; the first level that names either wins.
// The file alone may name both, since it may serve the daemon too: then the server counts, or the
// directory for what works on nothing else.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "core/error.hpp"
#include "ingest/grouping.hpp"
#include "tools/http_client.hpp"
#include "tools/process.hpp"

namespace rounds::tools {

// The directory that rounds-ingestd uses by default as well.
inline constexpr const char* default_data_directory = "./data";

// As given on the command line; empty: not given.
struct LocationFlags {
  std::string data_dir;
  std::string server;
  std::string config;
  std::string token_file;
  std::string ca_file;
};

struct ServerUrl {
  std::string text;  // not yet checked: HttpClient::open()
};

using Location = std::variant<std::filesystem::path, ServerUrl>;

// Errors: invalid_argument if the flags or the environment name both, or if the file is not there,
// is no TOML or has unknown settings.
[[nodiscard]] Result<Location> find_location(const LocationFlags& flags, const Process& process);

// What to show a server: --token-file, --ca-file, then ROUNDS_TOKEN_FILE and ROUNDS_CA_FILE, then
// the file of --config (token-file, ca-file), then nothing. Of the token file the first line counts
// that is neither empty nor begins with #. Errors: invalid_argument if a file cannot be read or has
// no token.
[[nodiscard]] Result<ServerCredentials> find_credentials(const LocationFlags& flags,
                                                         const Process& process);

// For what works on a data directory only. Errors: those of find_location(); invalid_argument names
// `task` if the location is a server.
[[nodiscard]] Result<std::filesystem::path> find_data_directory(const LocationFlags& flags,
                                                                const Process& process,
                                                                std::string_view task);

// How occurrences get their fingerprints: ROUNDS_FINGERPRINT_RULES and ROUNDS_SCRUB_SECRETS, then
// the file of --config (fingerprint-rules, grouping-rule, scrub-secrets; those that rounds-ingestd
// has), then the default. Errors: those of Grouping::make(); invalid_argument or data_missing for
// the file.
[[nodiscard]] Result<Grouping> find_grouping(const LocationFlags& flags, const Process& process);

}  // namespace rounds::tools
