// All settings of rounds-ingestd, each once. The command line, the environment, the settings file,
// --help, docs/configuration.md and the example of a settings file follow from this table.
//
// To add a setting: an entry in settings_table.cpp, a member of Settings, its name in
// api/setting_names.hpp (a test compares), and write docs/configuration.md anew (its first lines
// say how). Without state: usable from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "daemon/settings.hpp"

namespace rounds::daemon {

struct Setting {
  std::string_view name;           // "data-dir": --data-dir, data-dir in the file
  std::string_view takes;          // for people: "DIRECTORY"; choices with bars: "auto|refuse"
  std::string_view default_value;  // empty: none, the setting is then not there
  std::string_view help;           // sentences
  bool is_choice = false;          // nothing but one of those in `takes`
  bool is_flag = false;            // takes nothing; apply() is called if it is there
  bool is_repeatable = false;      // several values; then there is no variable
  bool is_reloaded = false;        // SIGHUP reads it anew
  // Takes one value over; called for each value in order, or for the default if there is one.
  // Errors: invalid_argument says what is wrong with the value.
  Result<void> (*apply)(const std::string& value, Settings& settings) = nullptr;  // never null
};

// In the order in which they are shown.
[[nodiscard]] std::span<const Setting> settings_table();

// The variable of the environment, "ROUNDS_DATA_DIR"; empty if it has none.
[[nodiscard]] std::string environment_name(const Setting& setting);

// docs/configuration.md.
[[nodiscard]] std::string settings_reference();

// A settings file with every setting commented out, at its default.
[[nodiscard]] std::string settings_example();

}  // namespace rounds::daemon
