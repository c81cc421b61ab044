// The table of settings: what is made of it, and that other places know the same settings.
#include "daemon/settings_table.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "api/setting_names.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::daemon {
namespace {

std::string read_source_file(const std::string& path) {
  std::ifstream file(std::string(ROUNDS_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(SettingsTable, HasTheNamesThatToolsPassOver) {
  std::set<std::string_view> names;
  for (const Setting& setting : settings_table()) names.insert(setting.name);
  EXPECT_EQ(names.size(), settings_table().size()) << "a name twice";
  const std::set<std::string_view> known(api::daemon_settings.begin(), api::daemon_settings.end());
  EXPECT_EQ(names, known) << "write the same names into api/setting_names.hpp";
}

TEST(SettingsTable, IsWhatTheReferenceSays) {
  EXPECT_EQ(read_source_file("docs/configuration.md"), settings_reference())
      << "write it anew: rounds-ingestd --print-settings reference > docs/configuration.md";
}

TEST(SettingsTable, IsWhatTheExampleOfASettingsFileSays) {
  EXPECT_EQ(read_source_file("packaging/rounds-ingestd.toml"), settings_example())
      << "write it anew: rounds-ingestd --print-settings example > packaging/rounds-ingestd.toml";
}

TEST(SettingsTable, IsInTheHelpAndTheManualPage) {
  const char* const arguments[] = {"rounds-ingestd", "--help"};
  const std::string help = std::get<Exit>(read_settings(2, arguments)).to_stdout;
  const std::string manual = read_source_file("packaging/man/rounds-ingestd.8");
  for (const Setting& setting : settings_table()) {
    EXPECT_NE(help.find("--" + std::string(setting.name)), help.npos) << help;
    const std::string variable = environment_name(setting);
    if (!variable.empty()) EXPECT_NE(help.find(variable), help.npos) << variable;
    const std::string entry = ".It Fl -" + std::string(setting.name);
    EXPECT_NE(manual.find(entry + (setting.is_flag ? "\n" : " ")), manual.npos)
        << "describe --" << setting.name << " in packaging/man/rounds-ingestd.8";
  }
}

// Every line of the example, without its comment sign, is a setting that is taken.
TEST(SettingsTable, MakesAnExampleThatCanBeUsed) {
  const test::TemporaryDirectory directory;
  const std::string path = (directory.path() / "settings.toml").string();
  std::ofstream file(path);
  std::istringstream example(settings_example());
  std::size_t settings = 0;
  for (std::string line; std::getline(example, line);) {
    if (!line.starts_with('#') || line.starts_with("# ")) continue;
    ++settings;
    // An empty value is that of a setting without a default.
    if (!line.ends_with("\"\"") && !line.ends_with("[]")) file << line.substr(1) << "\n";
  }
  file.close();
  EXPECT_EQ(settings, settings_table().size());
  const char* const arguments[] = {"rounds-ingestd", "--config", path.c_str()};
  const auto read = read_settings(3, arguments);
  ASSERT_TRUE(std::holds_alternative<Settings>(read)) << std::get<Exit>(read).to_stderr;
  EXPECT_EQ(std::get<Settings>(read).slow_operation, std::chrono::milliseconds(1000));
}

}  // namespace
}  // namespace rounds::daemon
