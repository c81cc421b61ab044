// rounds backup: create, list, verify, restore on directories.
#include <filesystem>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/tools/test_process.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using tools::ExitCode;

class BackupCommandTest : public testing::Test {
 protected:
  BackupCommandTest() {
    process_.environment["ROUNDS_DATA_DIR"] = path("data");
    const auto store = RocksStore::open(path("data"));
    EXPECT_TRUE(store);
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE((*store)->record({make_occurrence(make_identity("a"), at_second(i))}));
    }
    EXPECT_TRUE((*store)->close());
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (directory_.path() / name).string();
  }

  ExitCode run(const std::vector<std::string>& arguments) { return process_.rounds(arguments); }

  boost::json::object run_json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    EXPECT_EQ(run(arguments), ExitCode::fine) << process_.err();
    boost::system::error_code error;
    const auto value = boost::json::parse(process_.out(), error);
    EXPECT_FALSE(error) << process_.out();
    return value.is_object() ? value.get_object() : boost::json::object{};
  }

  // Cuts every table file of the backups in half.
  void damage_backups() {
    for (const auto& entry : fs::directory_iterator(path("b/files/shared_checksum"))) {
      fs::resize_file(entry.path(), entry.file_size() / 2);
    }
  }

  TemporaryDirectory directory_;
  TestProcess process_;
};

TEST_F(BackupCommandTest, CreatesListsVerifiesAndRestores) {
  const auto created = run_json({"backup", "create", path("b")});
  EXPECT_EQ(created.at("number"), 1);
  EXPECT_EQ(created.at("sequence"), 5);
  const auto listed = run_json({"backup", "list", path("b")});
  ASSERT_EQ(listed.at("backups").as_array().size(), 1U);
  EXPECT_EQ(listed.at("backups").as_array()[0], created);
  const auto verified = run_json({"backup", "verify", path("b")});
  EXPECT_EQ(verified.at("sound"), true);
  EXPECT_EQ(verified.at("backup"), created);
  EXPECT_EQ(verified.at("log").as_object().at("event_count"), 5);
  EXPECT_EQ(run_json({"backup", "restore", path("b"), "--data-dir", path("new")}), created);
  const auto stats = run_json({"stats", "--data-dir", path("new")});
  EXPECT_EQ(stats.at("occurrence_count"), 5);
}

TEST_F(BackupCommandTest, TellsPeopleTheSame) {
  ASSERT_EQ(run({"backup", "create", path("b")}), ExitCode::fine) << process_.err();
  EXPECT_THAT(process_.out(), HasSubstr("holds events 1 to 5"));
  ASSERT_EQ(run({"backup", "list", path("b")}), ExitCode::fine);
  EXPECT_THAT(process_.out(), HasSubstr("BACKUP"));
  ASSERT_EQ(run({"backup", "verify", path("b")}), ExitCode::fine);
  EXPECT_THAT(process_.out(), HasSubstr("5 of 5 events"));
  ASSERT_EQ(run({"backup", "restore", path("b"), "--data-dir", path("new")}), ExitCode::fine);
  EXPECT_THAT(process_.err(), HasSubstr(path("new")));
}

TEST_F(BackupCommandTest, AnOlderOneIsChosenByItsNumber) {
  run_json({"backup", "create", path("b")});
  const auto store = RocksStore::open(path("data")).value();
  ASSERT_TRUE(store->record({make_occurrence(make_identity("a"), at_second(9))}));
  ASSERT_TRUE(store->close());
  EXPECT_EQ(run_json({"backup", "create", path("b")}).at("number"), 2);
  EXPECT_EQ(run_json({"backup", "verify", path("b")}).at("number"), 2);
  EXPECT_EQ(run_json({"backup", "verify", path("b"), "--backup", "1"}).at("number"), 1);
  const auto restored =
      run_json({"backup", "restore", path("b"), "--backup", "1", "--data-dir", path("new")});
  EXPECT_EQ(restored.at("sequence"), 5);
  EXPECT_EQ(run({"backup", "verify", path("b"), "--backup", "3"}), ExitCode::data_unusable);
}

TEST_F(BackupCommandTest, DamageIsCodeThreeAndStillPrinted) {
  run_json({"backup", "create", path("b")});
  damage_backups();
  EXPECT_EQ(run({"backup", "verify", path("b"), "--json"}), ExitCode::data_unusable);
  EXPECT_THAT(process_.out(), HasSubstr("\"sound\":false"));
  EXPECT_EQ(run({"backup", "verify", path("b")}), ExitCode::data_unusable);
  EXPECT_THAT(process_.out(), HasSubstr("damaged: "));
  EXPECT_THAT(process_.err(), HasSubstr("another directory"));
  EXPECT_EQ(run({"backup", "restore", path("b"), "--data-dir", path("new")}),
            ExitCode::data_unusable);
  EXPECT_FALSE(fs::exists(path("new")));
}

TEST_F(BackupCommandTest, ARestoreOverwritesNothing) {
  run_json({"backup", "create", path("b")});
  EXPECT_EQ(run({"backup", "restore", path("b")}), ExitCode::refused);
  EXPECT_THAT(process_.err(), HasSubstr("overwrites nothing"));
  EXPECT_EQ(run_json({"stats"}).at("occurrence_count"), 5);
}

TEST_F(BackupCommandTest, WhatIsNotThereIsCodeThree) {
  for (const char* command : {"list", "verify"}) {
    EXPECT_EQ(run({"backup", command, path("b")}), ExitCode::data_unusable) << command;
  }
  EXPECT_EQ(run({"backup", "create", path("b"), "--data-dir", path("no")}),
            ExitCode::data_unusable);
  EXPECT_FALSE(fs::exists(path("no")));
  EXPECT_FALSE(fs::exists(path("b")));
}

TEST_F(BackupCommandTest, EachHasHelpWithAnExample) {
  for (const char* command : {"create", "list", "verify", "restore"}) {
    ASSERT_EQ(run({"backup", command, "--help"}), ExitCode::fine);
    EXPECT_THAT(process_.out(), HasSubstr(std::string("Example: rounds backup ") + command));
  }
}

}  // namespace
}  // namespace rounds::test
