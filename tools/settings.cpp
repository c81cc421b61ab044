#include "tools/settings.hpp"

#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/setting_names.hpp"

namespace rounds::tools {
namespace {

// Which of the two counts in a settings file that names both.
enum class Preferred : std::uint8_t { server, directory };

// What a file may say that matters here.
struct FileSettings {
  LocationFlags location;
  std::string fingerprint_rules;  // empty: not said
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
  std::string* known = item.name == "server"              ? &found.location.server
                       : item.name == "fingerprint-rules" ? &found.fingerprint_rules
                                                          : &found.location.data_dir;
  *known = item.inputs.front();
  return {};
}

Result<FileSettings> read_file(const std::string& path) {
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_file(path);
  } catch (const CLI::FileError&) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the settings file {} cannot be read; check --config and "
                            "ROUNDS_CONFIG",
                            path));
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

Result<Grouping> find_grouping(const LocationFlags& flags, const Process& process) {
  FileSettings settings;
  if (const std::string path = file_path(flags, process); !path.empty()) {
    auto file = read_file(path);
    if (!file) return std::unexpected(std::move(file.error()));
    settings = *std::move(file);
  }
  const std::string from_environment = variable(process, "ROUNDS_FINGERPRINT_RULES");
  if (!from_environment.empty()) settings.fingerprint_rules = from_environment;
  FingerprintRules rules = default_fingerprint_rules;
  if (!settings.fingerprint_rules.empty()) {
    const auto parsed = parse_fingerprint_rules(settings.fingerprint_rules);
    if (!parsed) return std::unexpected(parsed.error());
    rules = *parsed;
  }
  return Grouping::make(rules, settings.grouping_rules);
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
