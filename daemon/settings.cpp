#include "daemon/settings.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <istream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/setting_names.hpp"
#include "api/settings_text.hpp"
#include "daemon/settings_table.hpp"

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;

constexpr int wrong_usage = 2;

constexpr const char* examples =
    "Example: rounds-ingestd --data-dir /var/lib/rounds --listen 0.0.0.0:4318\\\n"
    "  --ingest-token-file /etc/rounds/ingest-token --admin-token-file /etc/rounds/admin-token\n"
    "Settings come from flags, then the environment (the names in brackets), then the file of\n"
    "--config (TOML: data-dir = \"/var/lib/rounds\"; settings of rounds are passed over), then "
    "the\n"
    "defaults above. docs/configuration.md lists them.\n"
    "SIGTERM and SIGINT stop it after the requests in flight; SIGHUP has it read its settings\n"
    "and the files of tokens, certificate and key anew.\n"
    "Exit codes: 0 fine, 2 wrong usage, 3 data damaged or in use, or an address in use.";

// The settings of the file that count. CLI11 lets the file win over the environment; ours is the
// other way round: what the environment sets is dropped from the file.
class SettingsFile final : public CLI::ConfigTOML {
 public:
  explicit SettingsFile(const CLI::App& app) : app_(app) {}

  [[nodiscard]] std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const std::string text(std::istreambuf_iterator<char>(input), {});
    std::istringstream lines(api::with_arrays_on_one_line(text));
    auto items = CLI::ConfigTOML::from_config(lines);
    std::vector<CLI::ConfigItem> taken;
    for (CLI::ConfigItem& item : items) {
      const bool in_section = !item.parents.empty();
      const Setting* setting = in_section ? nullptr : find_setting(item.name);
      if (setting == nullptr && (in_section || !api::is_tool_setting(item.name))) {
        throw CLI::ConfigError(fmt::format(
            "{} has an unknown setting \"{}\"; it takes {}",
            app_.get_config_ptr()->as<std::string>(),
            in_section ? fmt::format("[{}]", item.parents.front()) : item.name, all_names()));
      }
      if (setting != nullptr && !is_in_environment(*setting)) taken.push_back(std::move(item));
    }
    return taken;
  }

 private:
  [[nodiscard]] static const Setting* find_setting(std::string_view name) {
    const auto found = std::ranges::find(settings_table(), name, &Setting::name);
    return found == settings_table().end() ? nullptr : &*found;
  }

  [[nodiscard]] static std::string all_names() {
    std::vector<std::string_view> names;
    for (const Setting& setting : settings_table()) names.push_back(setting.name);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  [[nodiscard]] static bool is_in_environment(const Setting& setting) {
    const std::string name = environment_name(setting);
    const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
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

namespace {

// The values of each setting of the table, in its order, as CLI11 finds them.
using Values = std::vector<std::vector<std::string>>;

std::vector<std::string> choices_of(const Setting& setting) {
  std::vector<std::string> choices;
  std::istringstream names{std::string(setting.takes)};
  for (std::string name; std::getline(names, name, '|');) choices.push_back(name);
  return choices;
}

void add_options(CLI::App& app, Values& values) {
  for (std::size_t i = 0; i < settings_table().size(); ++i) {
    const Setting& setting = settings_table()[i];
    if (setting.is_flag) {
      app.add_flag_function(
             fmt::format("--{}", setting.name),
             [&given = values[i]](std::int64_t count) {
               if (count > 0) given = {"true"};
             },
             std::string(setting.help))
          ->envname(environment_name(setting));
      continue;
    }
    CLI::Option* option =
        app.add_option(fmt::format("--{}", setting.name), values[i], std::string(setting.help))
            ->type_name(std::string(setting.takes))
            ->allow_extra_args(false);
    if (!setting.is_repeatable) {
      option->multi_option_policy(CLI::MultiOptionPolicy::Throw)->expected(1);
      option->envname(environment_name(setting));
    }
    if (!setting.default_value.empty()) {
      option->default_str(std::string(setting.default_value));
    }
    if (setting.is_choice) option->check(CLI::IsMember(choices_of(setting)).description(""));
  }
}

// Errors: invalid_argument, if settings make no sense together.
Result<void> check_security(const Settings& settings) {
  if (settings.tls_files.certificate.empty() != settings.tls_files.key.empty()) {
    return fail(ErrorCode::invalid_argument,
                "--tls-certificate-file and --tls-key-file belong together; give both");
  }
  if (settings.token_files.admin.empty() && !settings.token_files.ingest.empty()) {
    return fail(ErrorCode::invalid_argument,
                "with --ingest-token-file alone nobody could read or change anything; add "
                "--admin-token-file");
  }
  const bool guarded = !settings.token_files.admin.empty() || settings.insecure;
  if (guarded || settings.listen.address().is_loopback()) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("whoever reaches {} could read and change everything; add "
                          "--admin-token-file, or --insecure if something else keeps others out",
                          settings.listen.address().to_string()));
}

Result<Settings> take_over(const Values& values) {
  Settings settings;
  for (std::size_t i = 0; i < settings_table().size(); ++i) {
    const Setting& setting = settings_table()[i];
    std::vector<std::string> given = values[i];
    if (given.empty() && !setting.default_value.empty()) {
      given.emplace_back(setting.default_value);
    }
    for (const std::string& value : given) {
      if (auto applied = setting.apply(value, settings); !applied) {
        return std::unexpected(std::move(applied.error()));
      }
    }
  }
  if (auto makes_sense = check_security(settings); !makes_sense) {
    return std::unexpected(std::move(makes_sense.error()));
  }
  auto grouping =
      Grouping::make(settings.fingerprint_rules, settings.grouping_rules, settings.scrubbing);
  if (!grouping) return std::unexpected(std::move(grouping.error()));
  settings.grouping = *std::move(grouping);
  return settings;
}

}  // namespace

std::variant<Settings, Exit> read_settings(int argc, const char* const* argv) {
  CLI::App app("Receives telemetry over OTLP/HTTP and folds its errors into signatures.",
               "rounds-ingestd");
  app.set_version_flag("--version", std::string("rounds-ingestd ") + ROUNDS_VERSION);
  Values values(settings_table().size());
  add_options(app, values);
  // For those who keep the documents: not in the help.
  std::string printed;
  app.add_option("--print-settings", printed)
      ->check(CLI::IsMember({"reference", "example"}))
      ->group("");
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
  if (printed == "reference") return Exit{0, settings_reference(), ""};
  if (printed == "example") return Exit{0, settings_example(), ""};
  auto settings = take_over(values);
  if (!settings) return wrong_usage_exit(settings.error().message);
  return *std::move(settings);
}

}  // namespace rounds::daemon
