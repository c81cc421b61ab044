// The settings that a settings file may hold. One file may serve all programs: each takes what is
// its own and passes over what belongs to the others.
//
// Pure: usable from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace rounds::api {

// Of rounds-ingestd; rounds and rounds-replay take data-dir as well.
inline constexpr std::array<std::string_view, 18> daemon_settings{"data-dir",
                                                                  "listen",
                                                                  "backup-dir",
                                                                  "rebuild",
                                                                  "fingerprint-rules",
                                                                  "grouping-rule",
                                                                  "scrub-secrets",
                                                                  "ingest-token-file",
                                                                  "admin-token-file",
                                                                  "insecure",
                                                                  "tls-certificate-file",
                                                                  "tls-key-file",
                                                                  "dedup-window-seconds",
                                                                  "new-signatures-per-minute",
                                                                  "exemplars-per-hour",
                                                                  "log-level",
                                                                  "log-format",
                                                                  "slow-operation-ms"};

// Of rounds and rounds-replay.
inline constexpr std::array<std::string_view, 7> tool_settings{
    "data-dir",   "server", "fingerprint-rules", "grouping-rule", "scrub-secrets",
    "token-file", "ca-file"};

[[nodiscard]] constexpr bool is_daemon_setting(std::string_view name) {
  return std::ranges::find(daemon_settings, name) != daemon_settings.end();
}
[[nodiscard]] constexpr bool is_tool_setting(std::string_view name) {
  return std::ranges::find(tool_settings, name) != tool_settings.end();
}

}  // namespace rounds::api
