// Where the data is: flags, environment, file, default.
#include "tools/settings.hpp"

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"
#include "tests/tools/test_process.hpp"

namespace rounds::test {
namespace {

using tools::LocationFlags;

class ToolSettings : public testing::Test {
 protected:
  std::string write_file(const std::string& text) {
    const auto path = directory_.path() / "rounds.toml";
    std::ofstream(path) << text;
    return path.string();
  }

  // "dir:PATH", "server:URL", or the error's message.
  std::string find(const LocationFlags& flags) const {
    const auto location = tools::find_location(flags, process_.process);
    if (!location) return location.error().message;
    if (const auto* server = std::get_if<tools::ServerUrl>(&*location)) {
      return "server:" + server->text;
    }
    return "dir:" + std::get<std::filesystem::path>(*location).string();
  }

  ErrorCode error_of(const LocationFlags& flags) const {
    const auto location = tools::find_location(flags, process_.process);
    EXPECT_FALSE(location);
    return location ? ErrorCode::io_error : location.error().code;
  }

  TemporaryDirectory directory_;
  TestProcess process_;
};

TEST_F(ToolSettings, DefaultToTheDirectoryOfTheDaemon) {
  EXPECT_EQ(find({}), "dir:./data");
}

TEST_F(ToolSettings, ComeFromTheFileThenTheEnvironmentThenFlags) {
  LocationFlags flags;
  flags.config = write_file("data-dir = \"/srv/file\"\n");
  EXPECT_EQ(find(flags), "dir:/srv/file");
  process_.environment["ROUNDS_DATA_DIR"] = "/srv/environment";
  EXPECT_EQ(find(flags), "dir:/srv/environment");
  flags.data_dir = "/srv/flag";
  EXPECT_EQ(find(flags), "dir:/srv/flag");
}

TEST_F(ToolSettings, AFlagWinsOverTheEnvironmentAlsoForTheOtherKind) {
  process_.environment["ROUNDS_DATA_DIR"] = "/srv/environment";
  LocationFlags flags;
  flags.server = "http://127.0.0.1:1";
  EXPECT_EQ(find(flags), "server:http://127.0.0.1:1");
}

TEST_F(ToolSettings, TakeTheFileFromTheEnvironment) {
  process_.environment["ROUNDS_CONFIG"] = write_file("server = \"http://h:1\"\n");
  EXPECT_EQ(find({}), "server:http://h:1");
}

TEST_F(ToolSettings, RefuseBothKindsAtOnce) {
  LocationFlags flags;
  flags.data_dir = "/srv/a";
  flags.server = "http://h:1";
  EXPECT_EQ(error_of(flags), ErrorCode::invalid_argument);
  process_.environment = {{"ROUNDS_DATA_DIR", "/srv/a"}, {"ROUNDS_SERVER", "http://h:1"}};
  EXPECT_EQ(error_of({}), ErrorCode::invalid_argument);
}

TEST_F(ToolSettings, ShareAFileWithTheDaemon) {
  LocationFlags flags;
  flags.config = write_file("listen = \"127.0.0.1:1\"\nlog-level = \"warn\"\ndata-dir = \"d\"\n");
  EXPECT_EQ(find(flags), "dir:d");
}

TEST_F(ToolSettings, TakeTheServerOfAFileThatNamesTheDirectoryOfTheDaemonToo) {
  LocationFlags flags;
  flags.config = write_file("data-dir = \"d\"\nserver = \"http://h:1\"\n");
  EXPECT_EQ(find(flags), "server:http://h:1");
  const auto directory = tools::find_data_directory(flags, process_.process, "verify");
  ASSERT_TRUE(directory) << directory.error().message;
  EXPECT_EQ(*directory, "d");
}

TEST_F(ToolSettings, RefuseUnknownSettings) {
  LocationFlags flags;
  for (const auto& [text, name] : {std::pair{"data_dir = \"d\"\n", "data_dir"},
                                   std::pair{"[rounds]\ndata-dir = \"d\"\n", "[rounds]"}}) {
    flags.config = write_file(text);
    EXPECT_EQ(find(flags),
              fmt::format("{} has an unknown setting \"{}\"; it takes data-dir, server, "
                          "fingerprint-rules, grouping-rule, scrub-secrets, token-file, ca-file",
                          flags.config, name));
    EXPECT_EQ(error_of(flags), ErrorCode::invalid_argument);
  }
}

TEST_F(ToolSettings, RefuseAFileThatIsNotThere) {
  LocationFlags flags;
  flags.config = (directory_.path() / "absent.toml").string();
  EXPECT_EQ(error_of(flags), ErrorCode::invalid_argument);
}

TEST_F(ToolSettings, FindTheTokenInTheFileThatIsNamedFirst) {
  const auto write_token = [this](const std::string& name, const std::string& text) {
    const auto path = directory_.path() / name;
    std::ofstream(path) << text;
    return path.string();
  };
  const auto token = [this](const LocationFlags& flags) {
    const auto credentials = tools::find_credentials(flags, process_.process);
    return credentials ? credentials->token : credentials.error().message;
  };
  EXPECT_EQ(token({}), "");
  LocationFlags flags;
  flags.config =
      write_file("token-file = \"" + write_token("c", "of-file\n") + "\"\nca-file = \"ca.pem\"\n");
  EXPECT_EQ(token(flags), "of-file");
  EXPECT_EQ(tools::find_credentials(flags, process_.process)->ca_file, "ca.pem");
  process_.environment["ROUNDS_TOKEN_FILE"] = write_token("e", "# why\n\nof-environment\r\n");
  EXPECT_EQ(token(flags), "of-environment");
  flags.token_file = write_token("f", "of-flag");
  EXPECT_EQ(token(flags), "of-flag");
  flags.token_file = write_token("empty", "# nothing\n");
  EXPECT_EQ(token(flags), "the token file " + flags.token_file + " holds no token");
  flags.token_file = (directory_.path() / "absent").string();
  EXPECT_EQ(token(flags), "the token file " + flags.token_file + " cannot be read");
}

TEST_F(ToolSettings, SayWhetherSecretsAreTakenOut) {
  LocationFlags flags;
  EXPECT_EQ(tools::find_grouping(flags, process_.process)->scrubbing(), Scrubbing::on);
  flags.config = write_file("scrub-secrets = \"off\"\n");
  EXPECT_EQ(tools::find_grouping(flags, process_.process)->scrubbing(), Scrubbing::off);
  process_.environment["ROUNDS_SCRUB_SECRETS"] = "perhaps";
  EXPECT_FALSE(tools::find_grouping(flags, process_.process));
}

TEST_F(ToolSettings, NameWhatNeedsADirectory) {
  LocationFlags flags;
  flags.server = "http://h:1";
  const auto directory = tools::find_data_directory(flags, process_.process, "verify");
  ASSERT_FALSE(directory);
  EXPECT_TRUE(directory.error().message.starts_with("verify works on a data directory only"));
}

}  // namespace
}  // namespace rounds::test
