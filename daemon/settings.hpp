// The settings of rounds-ingestd: flags, then environment, then a TOML file, then defaults.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "daemon/access.hpp"
#include "daemon/tls.hpp"
#include "ingest/grouping.hpp"
#include "store/rocks_store.hpp"

namespace rounds::daemon {

// What is about the store itself. It counts at each opening.
struct StoreSettings {
  ProjectionRebuild rebuild = ProjectionRebuild::automatic;
  std::chrono::seconds dedup_window{0};         // 0: each occurrence counts
  std::uint32_t new_signatures_per_minute = 0;  // 0: no limit
  std::uint32_t exemplars_per_hour = 0;         // 0: no limit
};

enum class LogFormat : std::uint8_t { text, json };

// What each of them means, and its default, stands in the table: daemon/settings_table.hpp.
struct Settings {
  std::filesystem::path data_dir;
  boost::asio::ip::tcp::endpoint listen;
  FingerprintRules fingerprint_rules = default_fingerprint_rules;
  std::vector<std::string> grouping_rules;
  Scrubbing scrubbing = Scrubbing::on;
  Grouping grouping;                 // made of the three above
  std::filesystem::path backup_dir;  // empty: clients can ask for no backups
  StoreSettings store;
  TokenFiles token_files;
  TlsFiles tls_files;     // both empty: plain HTTP
  bool insecure = false;  // takes requests from anywhere without a token
  std::string log_level;  // a level of spdlog: trace, debug, info, warn, error, off
  LogFormat log_format = LogFormat::text;
  std::chrono::milliseconds slow_operation{0};  // 0: none is slow
};

// The program ends here: after --help, --version or wrong usage.
struct Exit {
  int code = 0;           // 0 fine, 2 wrong usage
  std::string to_stdout;  // what was asked for
  std::string to_stderr;  // what is wrong and what to do
};

// Reads the command line, the environment and the file that --config or ROUNDS_CONFIG names. What
// is wrong is said in one line, also an address other than loopback without tokens, unless
// --insecure says so.
[[nodiscard]] std::variant<Settings, Exit> read_settings(int argc, const char* const* argv);

// Reads "127.0.0.1:4318" or "[::1]:4318". Errors: invalid_argument names the text.
[[nodiscard]] Result<boost::asio::ip::tcp::endpoint> parse_listen_address(const std::string& text);

}  // namespace rounds::daemon
