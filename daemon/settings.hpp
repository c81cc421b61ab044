// The settings of rounds-ingestd: flags, then environment, then a TOML file, then defaults.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include <boost/asio/ip/tcp.hpp>

#include "core/error.hpp"
#include "ingest/grouping.hpp"

namespace rounds::daemon {

struct Settings {
  std::filesystem::path data_dir = "./data";
  boost::asio::ip::tcp::endpoint listen;
  Grouping grouping;
  std::string log_level = "info";  // a level of spdlog: trace, debug, info, warn, error, off
};

// The program ends here: after --help, --version or wrong usage.
struct Exit {
  int code = 0;           // 0 fine, 2 wrong usage
  std::string to_stdout;  // what was asked for
  std::string to_stderr;  // what is wrong and what to do
};

// Reads the command line, the environment (ROUNDS_DATA_DIR, ROUNDS_LISTEN,
// ROUNDS_FINGERPRINT_RULES, ROUNDS_LOG_LEVEL, ROUNDS_CONFIG) and the file that --config names. What
// is wrong is said in one line.
[[nodiscard]] std::variant<Settings, Exit> read_settings(int argc, const char* const* argv);

// Reads "127.0.0.1:4318" or "[::1]:4318". Errors: invalid_argument names the text.
[[nodiscard]] Result<boost::asio::ip::tcp::endpoint> parse_listen_address(const std::string& text);

}  // namespace rounds::daemon
