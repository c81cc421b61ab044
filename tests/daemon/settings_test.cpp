// Settings: where they come from, and which source wins.
#include "daemon/settings.hpp"

#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

#include "daemon/settings_table.hpp"
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
    for (const Setting& setting : settings_table()) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread
      ::unsetenv(environment_name(setting).c_str());
    }
    ::unsetenv("ROUNDS_CONFIG");  // NOLINT(concurrency-mt-unsafe): a test has one thread
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
  EXPECT_EQ(settings.log_format, LogFormat::text);
  EXPECT_EQ(settings.slow_operation, std::chrono::seconds(1));
  EXPECT_EQ(settings.backup_dir, "") << "no client makes backups unless the owner says where";
}

TEST_F(SettingsTest, NameADirectoryForBackups) {
  const std::string path = file("backup-dir = \"from-file\"\n");
  EXPECT_EQ(std::get<Settings>(read({"--config", path.c_str()})).backup_dir, "from-file");
  set_environment("ROUNDS_BACKUP_DIR", "from-environment");
  EXPECT_EQ(std::get<Settings>(read({"--config", path.c_str()})).backup_dir, "from-environment");
  EXPECT_EQ(std::get<Settings>(read({"--backup-dir", "from-flag"})).backup_dir, "from-flag");
}

TEST_F(SettingsTest, SayWhetherProjectionsAreBuiltAtTheStart) {
  EXPECT_EQ(std::get<Settings>(read({})).store.rebuild, ProjectionRebuild::automatic);
  set_environment("ROUNDS_REBUILD", "refuse");
  EXPECT_EQ(std::get<Settings>(read({})).store.rebuild, ProjectionRebuild::refuse);
  EXPECT_EQ(std::get<Settings>(read({"--rebuild", "auto"})).store.rebuild,
            ProjectionRebuild::automatic);
  EXPECT_EQ(std::get<Exit>(read({"--rebuild", "never"})).code, 2);
}

TEST_F(SettingsTest, SayHowLongWhatWasCountedIsRemembered) {
  EXPECT_EQ(std::get<Settings>(read({})).store.dedup_window, std::chrono::minutes{10});
  const std::string path = file("dedup-window-seconds = 60\n");
  EXPECT_EQ(std::get<Settings>(read({"--config", path.c_str()})).store.dedup_window,
            std::chrono::seconds{60});
  set_environment("ROUNDS_DEDUP_WINDOW_SECONDS", "0");
  EXPECT_EQ(std::get<Settings>(read({"--config", path.c_str()})).store.dedup_window,
            std::chrono::seconds{0});
  EXPECT_EQ(std::get<Exit>(read({"--dedup-window-seconds", "-1"})).code, 2);
  EXPECT_EQ(std::get<Exit>(read({"--dedup-window-seconds", "86401"})).code, 2);
}

TEST_F(SettingsTest, SayHowManyNewSignaturesAServiceMayHaveInAMinute) {
  EXPECT_EQ(std::get<Settings>(read({})).store.new_signatures_per_minute, 1000U);
  const std::string path = file("new-signatures-per-minute = 0\n");
  EXPECT_EQ(std::get<Settings>(read({"--config", path.c_str()})).store.new_signatures_per_minute,
            0U);
  set_environment("ROUNDS_NEW_SIGNATURES_PER_MINUTE", "7");
  EXPECT_EQ(std::get<Settings>(read({})).store.new_signatures_per_minute, 7U);
  EXPECT_EQ(std::get<Exit>(read({"--new-signatures-per-minute", "-1"})).code, 2);
}

TEST_F(SettingsTest, SayHowManyExemplarsASignatureMayHaveInAnHour) {
  EXPECT_EQ(std::get<Settings>(read({})).store.exemplars_per_hour, default_exemplars_per_hour);
  const std::string path = file("exemplars-per-hour = 0\n");
  EXPECT_EQ(std::get<Settings>(read({"--config", path.c_str()})).store.exemplars_per_hour, 0U);
  set_environment("ROUNDS_EXEMPLARS_PER_HOUR", "3600");
  EXPECT_EQ(std::get<Settings>(read({})).store.exemplars_per_hour, 3600U);
  EXPECT_EQ(std::get<Exit>(read({"--exemplars-per-hour", "3601"})).code, 2);
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
                  "\"; it takes data-dir, listen, backup-dir, rebuild, fingerprint-rules, "
                  "grouping-rule, scrub-secrets, ingest-token-file, admin-token-file, insecure, "
                  "tls-certificate-file, tls-key-file, dedup-window-seconds, "
                  "new-signatures-per-minute, exemplars-per-hour, log-level, log-format, "
                  "slow-operation-ms; see "
                  "rounds-ingestd --help\n");
  }
}

TEST_F(SettingsTest, RefuseWrongUsageInOneLine) {
  const std::string path = file("no-such-setting = 1\n");
  const std::initializer_list<std::vector<const char*>> wrong{
      {"--no-such-flag"},         {"--listen", "nowhere"},
      {"--log-level", "loud"},    {"--config", "/no/such/file.toml"},
      {"--log-format", "xml"},    {"--slow-operation-ms", "1s"},
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

TEST_F(SettingsTest, ListenElsewhereThanOnLoopbackOnlyWithATokenOrInsecure) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.7:4318", "[::ffff:127.0.0.1]:0"}) {
    const auto refused = read({"--listen", address});
    ASSERT_TRUE(std::holds_alternative<Exit>(refused)) << address;
    EXPECT_EQ(std::get<Exit>(refused).code, 2);
    const std::string& message = std::get<Exit>(refused).to_stderr;
    EXPECT_NE(message.find("--admin-token-file, or --insecure"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), message.size() - 1) << message;
    EXPECT_TRUE(std::holds_alternative<Settings>(read({"--listen", address, "--insecure"})));
    EXPECT_TRUE(std::holds_alternative<Settings>(
        read({"--listen", address, "--admin-token-file", "tokens"})));
  }
  for (const char* address : {"127.0.0.1:0", "127.8.9.1:0", "[::1]:0"}) {
    EXPECT_TRUE(std::holds_alternative<Settings>(read({"--listen", address}))) << address;
  }
}

TEST_F(SettingsTest, TakeInsecureFromTheEnvironmentAndTheFile) {
  const std::string path = file("insecure = true\nlisten = \"0.0.0.0:0\"\n");
  EXPECT_TRUE(std::get<Settings>(read({"--config", path.c_str()})).insecure);
  set_environment("ROUNDS_INSECURE", "false");
  EXPECT_EQ(std::get<Exit>(read({"--config", path.c_str()})).code, 2);
  set_environment("ROUNDS_INSECURE", "true");
  EXPECT_TRUE(std::get<Settings>(read({"--listen", "0.0.0.0:0"})).insecure);
}

TEST_F(SettingsTest, RefuseHalfOfWhatBelongsTogether) {
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"--ingest-token-file", "tokens"},
        std::vector<const char*>{"--tls-key-file", "key"},
        std::vector<const char*>{"--tls-certificate-file", "certificate"}}) {
    EXPECT_EQ(std::get<Exit>(read(arguments)).code, 2) << arguments.front();
  }
  const auto settings =
      std::get<Settings>(read({"--ingest-token-file", "i", "--admin-token-file", "a",
                               "--tls-key-file", "k", "--tls-certificate-file", "c"}));
  EXPECT_EQ(settings.token_files.ingest, "i");
  EXPECT_EQ(settings.token_files.admin, "a");
  EXPECT_EQ(settings.tls_files.key, "k");
  EXPECT_EQ(settings.tls_files.certificate, "c");
}

TEST_F(SettingsTest, TakeSecretsOutUnlessToldOtherwise) {
  EXPECT_EQ(std::get<Settings>(read({})).grouping.scrubbing(), Scrubbing::on);
  set_environment("ROUNDS_SCRUB_SECRETS", "off");
  EXPECT_EQ(std::get<Settings>(read({})).grouping.scrubbing(), Scrubbing::off);
  EXPECT_EQ(std::get<Exit>(read({"--scrub-secrets", "maybe"})).code, 2);
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
