// Settings: where they come from, and which source wins.
#include "daemon/settings.hpp"

#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace rounds::daemon {
namespace {

// The environment is the process's: each case runs in a process of its own under ctest, and this
// clears up for runs of the whole program.
class SettingsTest : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }

  static void clear() {
    for (const char* name :
         {"ROUNDS_DATA_DIR", "ROUNDS_LISTEN", "ROUNDS_LOG_LEVEL", "ROUNDS_CONFIG"}) {
      ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): a test has one thread
    }
  }

  static void set_environment(const char* name, const char* value) {
    ::setenv(name, value, 1);  // NOLINT(concurrency-mt-unsafe): a test has one thread
  }

  static std::variant<Settings, Exit> read(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "rounds-ingestd");
    return read_settings(static_cast<int>(arguments.size()), arguments.data());
  }

  // A file with `text` in the directory of the test.
  std::string file(const std::string& text) {
    const auto path = directory_.path() / "settings.toml";
    std::ofstream(path) << text;
    return path.string();
  }

  test::TemporaryDirectory directory_;
};

TEST_F(SettingsTest, HaveDefaults) {
  const auto settings = std::get<Settings>(read({}));
  EXPECT_EQ(settings.data_dir, "./data");
  EXPECT_EQ(settings.listen, *parse_listen_address("127.0.0.1:4318"));
  EXPECT_EQ(settings.log_level, "info");
}

TEST_F(SettingsTest, FlagsWinOverEnvironmentOverFileOverDefaults) {
  const std::string path =
      file("data-dir = \"from-file\"\nlisten = \"127.0.0.1:1\"\nlog-level = \"warn\"\n");
  set_environment("ROUNDS_DATA_DIR", "from-environment");
  set_environment("ROUNDS_LISTEN", "127.0.0.1:2");
  const auto settings =
      std::get<Settings>(read({"--config", path.c_str(), "--data-dir", "from-flag"}));
  EXPECT_EQ(settings.data_dir, "from-flag");
  EXPECT_EQ(settings.listen.port(), 2);
  EXPECT_EQ(settings.log_level, "warn");
}

TEST_F(SettingsTest, TakeTheFileThatTheEnvironmentNames) {
  const std::string path = file("data-dir = \"from-file\"\n");
  set_environment("ROUNDS_CONFIG", path.c_str());
  EXPECT_EQ(std::get<Settings>(read({})).data_dir, "from-file");
  set_environment("ROUNDS_CONFIG", "/no/such/file.toml");
  EXPECT_EQ(std::get<Exit>(read({})).code, 2);
}

TEST_F(SettingsTest, PrintHelpAndVersion) {
  const auto help = std::get<Exit>(read({"--help"}));
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.to_stdout.find("Example: rounds-ingestd --data-dir"), std::string::npos);
  EXPECT_EQ(help.to_stderr, "");
  const auto version = std::get<Exit>(read({"--version"}));
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.to_stdout.starts_with("rounds-ingestd ")) << version.to_stdout;
}

TEST_F(SettingsTest, PassOverWhatIsForTheToolsInTheFile) {
  const std::string path = file("server = \"http://127.0.0.1:1\"\ndata-dir = \"from-file\"\n");
  const auto settings = read({"--config", path.c_str()});
  ASSERT_TRUE(std::holds_alternative<Settings>(settings)) << std::get<Exit>(settings).to_stderr;
  EXPECT_EQ(std::get<Settings>(settings).data_dir, "from-file");
}

TEST_F(SettingsTest, NameTheUnknownSettingOfTheFile) {
  for (const auto& [text, name] : {std::pair{"serve = \"http://127.0.0.1:1\"\n", "serve"},
                                   std::pair{"[daemon]\nlisten = \"127.0.0.1:1\"\n", "[daemon]"}}) {
    const std::string path = file(text);
    EXPECT_EQ(std::get<Exit>(read({"--config", path.c_str()})).to_stderr,
              "rounds-ingestd: " + path + " has an unknown setting \"" + name +
                  "\"; it takes data-dir, listen, log-level, fingerprint-rules, grouping-rule; see "
                  "rounds-ingestd --help\n");
  }
}

TEST_F(SettingsTest, RefuseWrongUsageInOneLine) {
  const std::string path = file("no-such-setting = 1\n");
  const std::initializer_list<std::vector<const char*>> wrong{
      {"--no-such-flag"},         {"--listen", "nowhere"},
      {"--log-level", "loud"},    {"--config", "/no/such/file.toml"},
      {"--config", path.c_str()},
  };
  for (const auto& arguments : wrong) {
    const auto result = read(arguments);
    ASSERT_TRUE(std::holds_alternative<Exit>(result)) << arguments.front();
    EXPECT_EQ(std::get<Exit>(result).code, 2);
    const std::string& message = std::get<Exit>(result).to_stderr;
    EXPECT_TRUE(message.starts_with("rounds-ingestd: ")) << message;
    EXPECT_EQ(message.find('\n'), message.size() - 1) << message;
  }
}

TEST_F(SettingsTest, ListenAddressesAreIpv4OrBracketedIpv6) {
  EXPECT_EQ(parse_listen_address("0.0.0.0:0")->port(), 0);
  EXPECT_TRUE(parse_listen_address("[::1]:4318")->address().is_v6());
  for (const char* text : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                           "::1:4318", "[127.0.0.1]:80", "[::1]", "localhost:80", "1.2.3:80"}) {
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(address.error().message.find("127.0.0.1:4318"), std::string::npos);
  }
}

}  // namespace
}  // namespace rounds::daemon
