#include "tools/settings.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/setting_names.hpp"
#include "api/settings_text.hpp"

namespace rounds::tools {
namespace {

// Which of the two counts in a settings file that names both.
enum class Preferred : std::uint8_t { server, directory };

// What a file may say that matters here.
struct FileSettings {
  LocationFlags location;
  std::string fingerprint_rules;  // empty: not said
  std::string scrub_secrets;      // likewise
  std::vector<std::string> grouping_rules;
};

// The location that one level names, if any. `level` names it in messages.
Result<std::optional<Location>> location_of(const std::string& data_dir, const std::string& server,
                                            std::string_view level) {
  if (!data_dir.empty() && !server.empty()) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("{} names both a data directory and a server; name one of them", level));
  }
  if (!data_dir.empty()) return Location(std::filesystem::path(data_dir));
  if (!server.empty()) return Location(ServerUrl{server});
  return std::nullopt;
}

Result<void> take_item(const CLI::ConfigItem& item, const std::string& path, FileSettings& found) {
  const bool in_section = !item.parents.empty();
  if (in_section || (!api::is_tool_setting(item.name) && !api::is_daemon_setting(item.name))) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} has an unknown setting \"{}\"; it takes {}", path,
                            in_section ? fmt::format("[{}]", item.parents.front()) : item.name,
                            fmt::join(api::tool_settings, ", ")));
  }
  if (!api::is_tool_setting(item.name)) return {};
  if (item.name == "grouping-rule") {
    found.grouping_rules = item.inputs;
    return {};
  }
  if (item.inputs.size() != 1) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} must give {} one text", path, item.name));
  }
  const std::map<std::string_view, std::string*> known{
      {"data-dir", &found.location.data_dir},     {"server", &found.location.server},
      {"token-file", &found.location.token_file}, {"ca-file", &found.location.ca_file},
      {"scrub-secrets", &found.scrub_secrets},    {"fingerprint-rules", &found.fingerprint_rules}};
  *known.at(item.name) = item.inputs.front();
  return {};
}

Result<FileSettings> read_file(const std::string& path) {
  std::vector<CLI::ConfigItem> items;
  std::ifstream file(path);
  if (!file) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the settings file {} cannot be read; check --config and "
                            "ROUNDS_CONFIG",
                            path));
  }
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::istringstream lines(api::with_arrays_on_one_line(text));
  try {
    items = CLI::ConfigTOML().from_config(lines);
  } catch (const CLI::Error& error) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: {}", path, error.what()));
  }
  FileSettings found;
  for (const CLI::ConfigItem& item : items) {
    if (auto taken = take_item(item, path, found); !taken) return std::unexpected(taken.error());
  }
  return found;
}

std::string variable(const Process& process, const char* name) {
  return process.environment(name).value_or(std::string{});
}

// The file that the command line or the environment names; empty: none.
std::string file_path(const LocationFlags& flags, const Process& process) {
  return flags.config.empty() ? variable(process, "ROUNDS_CONFIG") : flags.config;
}

// What that file says.
Result<FileSettings> read_settings_file(const LocationFlags& flags, const Process& process) {
  const std::string path = file_path(flags, process);
  return path.empty() ? FileSettings{} : read_file(path);
}

// The first of these that says something.
std::string first_of(const std::string& flag, const std::string& environment,
                     const std::string& file) {
  if (!flag.empty()) return flag;
  return environment.empty() ? file : environment;
}

Result<std::string> read_token(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.pop_back();
    if (!line.empty() && !line.starts_with('#')) return line;
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("the token file {} {}", path,
                          file.is_open() ? "holds no token" : "cannot be read"));
}

Result<Scrubbing> parse_scrubbing(std::string_view text) {
  if (text.empty() || text == "on") return Scrubbing::on;
  if (text == "off") return Scrubbing::off;
  return fail(ErrorCode::invalid_argument,
              fmt::format("scrub-secrets is \"{}\"; use on or off", text));
}

Result<Location> find(const LocationFlags& flags, const Process& process, Preferred preferred) {
  auto location = location_of(flags.data_dir, flags.server, "the command line");
  if (!location) return std::unexpected(location.error());
  if (*location) return **location;

  location = location_of(variable(process, "ROUNDS_DATA_DIR"), variable(process, "ROUNDS_SERVER"),
                         "the environment (ROUNDS_DATA_DIR and ROUNDS_SERVER)");
  if (!location) return std::unexpected(location.error());
  if (*location) return **location;

  const std::string path = file_path(flags, process);
  if (!path.empty()) {
    auto file = read_file(path);
    if (!file) return std::unexpected(file.error());
    // The directory may be there for the daemon that the server names.
    if (!file->location.data_dir.empty() && !file->location.server.empty()) {
      (preferred == Preferred::server ? file->location.data_dir : file->location.server).clear();
    }
    location = location_of(file->location.data_dir, file->location.server, path);
    if (!location) return std::unexpected(location.error());
    if (*location) return **location;
  }
  return Location(std::filesystem::path(default_data_directory));
}

}  // namespace

Result<Location> find_location(const LocationFlags& flags, const Process& process) {
  return find(flags, process, Preferred::server);
}

Result<ServerCredentials> find_credentials(const LocationFlags& flags, const Process& process) {
  const auto file = read_settings_file(flags, process);
  if (!file) return std::unexpected(file.error());
  const std::string token_file =
      first_of(flags.token_file, variable(process, "ROUNDS_TOKEN_FILE"), file->location.token_file);
  ServerCredentials credentials;
  credentials.ca_file =
      first_of(flags.ca_file, variable(process, "ROUNDS_CA_FILE"), file->location.ca_file);
  if (token_file.empty()) return credentials;
  auto token = read_token(token_file);
  if (!token) return std::unexpected(std::move(token.error()));
  credentials.token = *std::move(token);
  return credentials;
}

Result<Grouping> find_grouping(const LocationFlags& flags, const Process& process) {
  const auto file = read_settings_file(flags, process);
  if (!file) return std::unexpected(file.error());
  const std::string named =
      first_of({}, variable(process, "ROUNDS_FINGERPRINT_RULES"), file->fingerprint_rules);
  FingerprintRules rules = default_fingerprint_rules;
  if (!named.empty()) {
    const auto parsed = parse_fingerprint_rules(named);
    if (!parsed) return std::unexpected(parsed.error());
    rules = *parsed;
  }
  const auto scrubbing =
      parse_scrubbing(first_of({}, variable(process, "ROUNDS_SCRUB_SECRETS"), file->scrub_secrets));
  if (!scrubbing) return std::unexpected(scrubbing.error());
  return Grouping::make(rules, file->grouping_rules, *scrubbing);
}

Result<std::filesystem::path> find_data_directory(const LocationFlags& flags,
                                                  const Process& process, std::string_view task) {
  auto location = find(flags, process, Preferred::directory);
  if (!location) return std::unexpected(location.error());
  if (auto* directory = std::get_if<std::filesystem::path>(&*location)) {
    return std::move(*directory);
  }
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("{} works on a data directory only; stop the daemon and use --data-dir", task));
}

}  // namespace rounds::tools
