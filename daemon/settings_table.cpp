#include "daemon/settings_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace rounds::daemon {
namespace {

// Senders give up within minutes, and what is remembered is bounded anyway.
constexpr std::chrono::duration<std::uint32_t> longest_dedup_window = std::chrono::hours{24};

// More than a store takes in a minute.
constexpr std::uint32_t most_new_signatures_per_minute = 1'000'000'000;

constexpr std::uint32_t longest_slow_operation_ms = 1'000'000'000;

Result<std::uint32_t> parse_number(std::string_view name, const std::string& text,
                                   std::uint32_t most, std::string_view unit) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && rest == end && number <= most) return number;
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("{} is \"{}\"; use a whole number of {}, at most {}", name, text, unit, most));
}

const std::array<Setting, 18> table{{
    {.name = "data-dir",
     .takes = "DIRECTORY",
     .default_value = "./data",
     .help = "Directory of the store; created if absent.",
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.data_dir = value;
       return {};
     }},
    {.name = "listen",
     .takes = "ADDRESS:PORT",
     .default_value = "127.0.0.1:4318",
     .help = "Where to listen; [::1]:4318 for IPv6. Port 0 picks a free one.",
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       const auto endpoint = parse_listen_address(value);
       if (!endpoint) return std::unexpected(endpoint.error());
       settings.listen = *endpoint;
       return {};
     }},
    {.name = "backup-dir",
     .takes = "DIRECTORY",
     .default_value = "",
     .help = "Directory of the backups that POST /api/v1/backups makes; without it there are none.",
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.backup_dir = value;
       return {};
     }},
    {.name = "rebuild",
     .takes = "auto|refuse",
     .default_value = "auto",
     .help = "What to do at the start about projections that are damaged or of an earlier release: "
             "build them, or refuse to start.",
     .is_choice = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.store.rebuild =
           value == "refuse" ? ProjectionRebuild::refuse : ProjectionRebuild::automatic;
       return {};
     }},
    {.name = "fingerprint-rules",
     .takes = "v1|v2",
     .default_value = to_string(default_fingerprint_rules),
     .help = "Version of the rules for new occurrences.",
     .is_choice = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       const auto rules = parse_fingerprint_rules(value);
       if (!rules) return std::unexpected(rules.error());
       settings.fingerprint_rules = *rules;
       return {};
     }},
    {.name = "grouping-rule",
     .takes = "RULE",
     .default_value = "",
     .help = "What identifies some occurrences: 'type:*Timeout* -> slow, {{ default }}'. May be "
             "repeated, the first that holds decides.",
     .is_repeatable = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.grouping_rules.push_back(value);
       return {};
     }},
    {.name = "scrub-secrets",
     .takes = "on|off",
     .default_value = "on",
     .help = "Whether passwords, tokens, keys and card numbers are taken out of messages first.",
     .is_choice = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.scrubbing = value == "on" ? Scrubbing::on : Scrubbing::off;
       return {};
     }},
    {.name = "ingest-token-file",
     .takes = "FILE",
     .default_value = "",
     .help = "File with the tokens, one a line, of clients that may send telemetry. Reloading "
             "reads the "
             "file anew; where it is stays.",
     .is_reloaded = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.token_files.ingest = value;
       return {};
     }},
    {.name = "admin-token-file",
     .takes = "FILE",
     .default_value = "",
     .help = "File with the tokens of clients that may do everything; reloaded likewise.",
     .is_reloaded = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.token_files.admin = value;
       return {};
     }},
    {.name = "insecure",
     .takes = "",
     .default_value = "",
     .help = "Listen on an address other than loopback without tokens: whoever reaches it may do "
             "everything.",
     .is_flag = true,
     .apply = [](const std::string&, Settings& settings) -> Result<void> {
       settings.insecure = true;
       return {};
     }},
    {.name = "tls-certificate-file",
     .takes = "FILE",
     .default_value = "",
     .help = "PEM file with the certificate and those that vouch for it; then it speaks HTTPS. "
             "Reloaded "
             "likewise.",
     .is_reloaded = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.tls_files.certificate = value;
       return {};
     }},
    {.name = "tls-key-file",
     .takes = "FILE",
     .default_value = "",
     .help = "PEM file with the key of the certificate; reloaded likewise.",
     .is_reloaded = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.tls_files.key = value;
       return {};
     }},
    {.name = "dedup-window-seconds",
     .takes = "SECONDS",
     .default_value = "600",
     .help = "How long what was counted is remembered: it is not counted again when it is sent "
             "again; 0: each occurrence counts.",
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       const auto window =
           parse_number("dedup-window-seconds", value, longest_dedup_window.count(), "seconds");
       if (!window) return std::unexpected(window.error());
       settings.store.dedup_window = std::chrono::seconds(*window);
       return {};
     }},
    // Enough for a large service whose failures all are new to the store at first; with random
    // messages it grows by less than 1.5 million signatures a day, a gigabyte or two.
    {.name = "new-signatures-per-minute",
     .takes = "NUMBER",
     .default_value = "1000",
     .help = "New signatures that each service may have in a minute; what is over that counts on "
             "its signature rounds.overflow; 0: no limit.",
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       const auto number = parse_number("new-signatures-per-minute", value,
                                        most_new_signatures_per_minute, "signatures");
       if (!number) return std::unexpected(number.error());
       settings.store.new_signatures_per_minute = *number;
       return {};
     }},
    {.name = "exemplars-per-hour",
     .takes = "NUMBER",
     .default_value = "4",
     .help = "Exemplars that each signature may have in an hour, spread over it, besides those of "
             "its first 16 occurrences; every occurrence counts; 0: no limit.",
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       const auto number =
           parse_number("exemplars-per-hour", value, most_exemplars_per_hour, "exemplars");
       if (!number) return std::unexpected(number.error());
       settings.store.exemplars_per_hour = *number;
       return {};
     }},
    {.name = "log-level",
     .takes = "trace|debug|info|warn|error|off",
     .default_value = "info",
     .help = "Least level that is logged to stderr; debug logs each request.",
     .is_choice = true,
     .is_reloaded = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.log_level = value;
       return {};
     }},
    {.name = "log-format",
     .takes = "text|json",
     .default_value = "text",
     .help = "Lines for people, or a JSON object on each line.",
     .is_choice = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       settings.log_format = value == "json" ? LogFormat::json : LogFormat::text;
       return {};
     }},
    {.name = "slow-operation-ms",
     .takes = "MILLISECONDS",
     .default_value = "1000",
     .help = "Requests, queries and commits that take longer are logged, at most one of a kind in "
             "a second; 0: none.",
     .is_reloaded = true,
     .apply = [](const std::string& value, Settings& settings) -> Result<void> {
       const auto threshold =
           parse_number("slow-operation-ms", value, longest_slow_operation_ms, "milliseconds");
       if (!threshold) return std::unexpected(threshold.error());
       settings.slow_operation = std::chrono::milliseconds(*threshold);
       return {};
     }},
}};

constexpr std::string_view reference_beginning =
    R"(# Settings of rounds-ingestd

This file is made from the table in `daemon/settings_table.cpp`; a test compares them. To write it
anew:

    build/release/bin/rounds-ingestd --print-settings reference > docs/configuration.md

A setting comes from its flag (`--data-dir DIRECTORY`), else from its variable of the environment,
else from the file that `--config` or `ROUNDS_CONFIG` names, else it has its default. The file is
TOML with the names below, without sections:

```toml
data-dir = "/var/lib/rounds"
grouping-rule = ["type:*Timeout* -> slow, {{ default }}", "service:test* -> test"]
```

Unknown names in it are refused. Those of `rounds` and `rounds-replay` (`server`) may be in the same
file. An empty variable counts as none. On SIGHUP the daemon reads its settings anew and takes over
those with *yes* in the last column.

| setting | variable | takes | default | reloaded |
| --- | --- | --- | --- | --- |
)";

constexpr std::string_view example_beginning =
    R"(# Settings of rounds-ingestd (TOML). Each stands here with its default; docs/configuration.md and
# rounds-ingestd(8) tell more. Flags and the environment win over this file.
)";

// Bars would end a cell.
std::string in_cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

bool is_number(const Setting& setting) {
  constexpr std::array<std::string_view, 3> numbers{"MILLISECONDS", "SECONDS", "NUMBER"};
  return std::ranges::find(numbers, setting.takes) != numbers.end();
}

}  // namespace

std::span<const Setting> settings_table() {
  return table;
}

std::string environment_name(const Setting& setting) {
  if (setting.is_repeatable) return {};
  std::string name = "ROUNDS_";
  for (const char c : setting.name) {
    name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

std::string settings_reference() {
  std::string text(reference_beginning);
  const auto code = [](std::string_view value) {
    return value.empty() ? std::string("none") : fmt::format("`{}`", value);
  };
  for (const Setting& setting : table) {
    fmt::format_to(std::back_inserter(text), "| `{}` | {} | {} | {} | {} |\n", setting.name,
                   code(environment_name(setting)), in_cell(code(setting.takes)),
                   code(setting.default_value), setting.is_reloaded ? "yes" : "no");
  }
  for (const Setting& setting : table) {
    fmt::format_to(std::back_inserter(text), "\n**`{}`**: {}\n", setting.name, setting.help);
  }
  return text;
}

std::string settings_example() {
  std::string text(example_beginning);
  for (const Setting& setting : table) {
    const std::string value = setting.is_flag      ? "true"
                              : is_number(setting) ? std::string(setting.default_value)
                                                   : fmt::format("\"{}\"", setting.default_value);
    fmt::format_to(std::back_inserter(text), "\n# {}\n#{} = {}\n", setting.help, setting.name,
                   setting.is_repeatable ? "[]" : value);
  }
  return text;
}

}  // namespace rounds::daemon
