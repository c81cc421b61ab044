#include "daemon/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <istream>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/setting_names.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

constexpr int wrong_usage = 2;

constexpr const char* examples =
    "Example: rounds-ingestd --data-dir /var/lib/rounds --listen 0.0.0.0:4318\n"
    "Settings come from flags, then the environment (ROUNDS_DATA_DIR, ROUNDS_LISTEN,\n"
    "ROUNDS_FINGERPRINT_RULES, ROUNDS_LOG_LEVEL), then the file of --config (TOML:\n"
    "data-dir = \"/var/lib/rounds\"; settings of rounds are passed over), then the defaults "
    "above.\n"
    "SIGTERM and SIGINT stop it after the requests in flight.\n"
    "Exit codes: 0 fine, 2 wrong usage, 3 data damaged or in use, or an address in use.";

// The settings of the file that count. CLI11 lets the file win over the environment; ours is the
// other way round: what the environment sets is dropped from the file.
class SettingsFile final : public CLI::ConfigTOML {
 public:
  explicit SettingsFile(const CLI::App& app) : app_(app) {}

  [[nodiscard]] std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    auto items = CLI::ConfigTOML::from_config(input);
    std::vector<CLI::ConfigItem> taken;
    for (CLI::ConfigItem& item : items) {
      const bool in_section = !item.parents.empty();
      if (in_section || (!api::is_daemon_setting(item.name) && !api::is_tool_setting(item.name))) {
        throw CLI::ConfigError(
            fmt::format("{} has an unknown setting \"{}\"; it takes {}",
                        app_.get_config_ptr()->as<std::string>(),
                        in_section ? fmt::format("[{}]", item.parents.front()) : item.name,
                        fmt::join(api::daemon_settings, ", ")));
      }
      if (api::is_daemon_setting(item.name) && !is_in_environment(item.name)) {
        taken.push_back(std::move(item));
      }
    }
    return taken;
  }

 private:
  [[nodiscard]] bool is_in_environment(const std::string& name) const {
    const char* value = std::getenv(app_.get_option("--" + name)->get_envname().c_str());
    return value != nullptr && *value != '\0';
  }

  const CLI::App& app_;
};

Exit wrong_usage_exit(std::string_view message) {
  return {wrong_usage, "", fmt::format("rounds-ingestd: {}; see rounds-ingestd --help\n", message)};
}

Exit exit_of(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::Success*>(&error) != nullptr) {
    std::ostringstream out;  // the help or the version
    app.exit(error, out, out);
    return {0, out.str(), ""};
  }
  if (dynamic_cast<const CLI::FileError*>(&error) != nullptr) {
    return wrong_usage_exit(
        fmt::format("the settings file {} cannot be read; check --config and ROUNDS_CONFIG",
                    app.get_config_ptr()->as<std::string>()));
  }
  return wrong_usage_exit(error.what());
}

}  // namespace

Result<asio::ip::tcp::endpoint> parse_listen_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view view = text;
  std::string_view address = view.substr(0, std::min(colon, view.size()));
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) address = address.substr(1, address.size() - 2);
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(std::string(address), error);
  std::uint16_t port = 0;
  bool port_valid = false;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data() + colon + 1, end, port);
    port_valid = failure == std::errc{} && rest == end;
  }
  if (error || !port_valid || parsed.is_v6() != bracketed) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"{}\" is not an address to listen on; write 127.0.0.1:4318 or "
                            "[::1]:4318",
                            text));
  }
  return asio::ip::tcp::endpoint(parsed, port);
}

std::variant<Settings, Exit> read_settings(int argc, const char* const* argv) {
  Settings settings;
  std::string data_dir = settings.data_dir.string();
  std::string listen = "127.0.0.1:4318";
  CLI::App app("Receives telemetry over OTLP/HTTP and folds its errors into signatures.",
               "rounds-ingestd");
  app.set_version_flag("--version", std::string("rounds-ingestd ") + ROUNDS_VERSION);
  app.add_option("--data-dir", data_dir, "Directory of the store; created if absent")
      ->envname("ROUNDS_DATA_DIR")
      ->capture_default_str();
  app.add_option("--listen", listen, "Address and port; port 0 picks a free one")
      ->envname("ROUNDS_LISTEN")
      ->capture_default_str();
  std::string rules(to_string(default_fingerprint_rules));
  std::vector<std::string> grouping_rules;
  app.add_option("--fingerprint-rules", rules, "Version of the rules for new occurrences")
      ->envname("ROUNDS_FINGERPRINT_RULES")
      ->check(CLI::IsMember({"v1", "v2"}))
      ->capture_default_str();
  app.add_option(
         "--grouping-rule", grouping_rules,
         "What identifies some occurrences: 'type:*Timeout* -> slow, {{ default }}'; may be "
         "repeated, the first that holds decides")
      ->allow_extra_args(false);
  app.add_option("--log-level", settings.log_level, "Least level that is logged to stderr")
      ->envname("ROUNDS_LOG_LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  // CLI11 looks at the environment only after it has read the file.
  const char* named = std::getenv("ROUNDS_CONFIG");
  const std::string config_file = named == nullptr ? "" : named;
  app.set_config("--config", config_file, "TOML file with settings ($ROUNDS_CONFIG)",
                 !config_file.empty());
  app.config_formatter(std::make_shared<SettingsFile>(app));
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.footer(examples);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return exit_of(app, error);
  }
  const auto endpoint = parse_listen_address(listen);
  if (!endpoint) return wrong_usage_exit(endpoint.error().message);
  auto grouping = Grouping::make(*parse_fingerprint_rules(rules), grouping_rules);
  if (!grouping) return wrong_usage_exit(grouping.error().message);
  settings.grouping = *std::move(grouping);
  settings.data_dir = data_dir;
  settings.listen = *endpoint;
  return settings;
}

}  // namespace rounds::daemon
