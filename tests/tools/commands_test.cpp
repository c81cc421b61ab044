// The rounds command line: arguments, output for people and for machines, exit codes.
#include <fstream>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/tools/test_process.hpp"

namespace rounds::test {
namespace {

using tools::ExitCode;

class CommandsTest : public testing::Test {
 protected:
  CommandsTest() {
    process_.environment["ROUNDS_DATA_DIR"] = (directory_.path() / "data").string();
  }

  // Fills a store: `count` signatures n0, n1, ... with rising times.
  void fill(int count) {
    const auto store = RocksStore::open(directory_.path() / "data");
    ASSERT_TRUE(store);
    for (int i = 0; i < count; ++i) {
      const auto identity = make_identity("n" + std::to_string(i));
      occurrences_.push_back(make_occurrence(identity, at_second(i)));
    }
    ASSERT_TRUE((*store)->record(occurrences_));
    ASSERT_TRUE((*store)->close());
  }

  ExitCode run(const std::vector<std::string>& arguments) { return process_.rounds(arguments); }

  boost::json::value run_json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    EXPECT_EQ(run(arguments), ExitCode::fine) << process_.err();
    boost::system::error_code error;
    auto value = boost::json::parse(process_.out(), error);
    EXPECT_FALSE(error) << process_.out();
    return value;
  }

  TemporaryDirectory directory_;
  TestProcess process_;
  std::vector<IdentifiedOccurrence> occurrences_;
};

TEST_F(CommandsTest, ListFollowsPagesUpToTheLimit) {
  fill(1205);
  const auto all = run_json({"list", "--limit", "5000"}).as_object();
  EXPECT_EQ(all.at("signatures").as_array().size(), 1205U);
  EXPECT_TRUE(all.at("next_cursor").is_null());
  const auto some = run_json({"list", "--limit", "1100"}).as_object();
  EXPECT_EQ(some.at("signatures").as_array().size(), 1100U);
  EXPECT_TRUE(some.at("next_cursor").is_string());
  EXPECT_EQ(some.at("signatures").as_array()[0].as_object().at("fingerprint"), "fingerprint-n1204");
}

TEST_F(CommandsTest, TablesSayWhenThereIsMore) {
  fill(3);
  ASSERT_EQ(run({"list", "--limit", "2"}), ExitCode::fine);
  EXPECT_EQ(process_.err(), "There are more; raise --limit to see them.\n");
  ASSERT_EQ(run({"list", "--limit", "3"}), ExitCode::fine);
  EXPECT_EQ(process_.err(), "");
  ASSERT_EQ(run({"list", "--limit", "2", "--json"}), ExitCode::fine);
  EXPECT_EQ(process_.err(), "") << "machines read next_cursor";
}

TEST_F(CommandsTest, TablesFitTheTerminal) {
  fill(3);
  process_.process.out_columns = 110;
  ASSERT_EQ(run({"list"}), ExitCode::fine);
  std::istringstream lines(process_.out());
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }), 110) << line;
    EXPECT_NE(line.find(line.starts_with("ID") ? "ID" : "-7"), std::string::npos);
  }
  EXPECT_NE(process_.out().find("…"), std::string::npos);
}

TEST_F(CommandsTest, OptionsMayStandBeforeOrAfterTheCommand) {
  fill(1);
  const std::string data = process_.environment.at("ROUNDS_DATA_DIR");
  process_.environment.clear();
  ASSERT_EQ(run({"--data-dir", data, "--json", "stats"}), ExitCode::fine) << process_.err();
  const std::string before = process_.out();
  ASSERT_EQ(run({"stats", "--json", "--data-dir", data}), ExitCode::fine) << process_.err();
  EXPECT_EQ(process_.out(), before);
}

TEST_F(CommandsTest, WrongUsageIsOneSentenceAndCodeTwo) {
  fill(1);
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"lost"},
      {"list", "--nonsense"},
      {"list", "--limit", "0"},
      {"list", "--limit", "many"},
      {"list", "--status", "open"},
      {"show"},
      {"show", "a", "b"},
      {"similar", "fingerprint-n0", "--limit", "1001"},
      {"tag", "fingerprint-n0"},
      {"tag", "fingerprint-n0", "--add", ""},
      {"diagnose", "fingerprint-n0"},
      {"resolve", "fingerprint-n0", "--expected-version", "-1"},
      {"ingest"},
      {"ingest", "-", "--format", "xml"},
      {"ingest", "-", "--format", "otlp-json"},
      {"ingest", "-", "--signal", "logs"},
      {"fingerprint", "--rules", "v3"},
      {"list", "--data-dir", "a", "--server", "http://b"},
      {"list", "--server", "ftp://b"},
      {"verify", "--server", "http://b"},
      {"show", "fingerprint-n0", "--as-of", "yesterday"},
      {"show", "fingerprint-n0", "--as-of", ""},
      {"show", "fingerprint-n0", "--as-of", "2"},
      {"stats", "--as-of", "-1"},
      {"stats", "--as-of", "2"},
      {"backup"},
      {"backup", "create"},
      {"backup", "create", "b", "--server", "http://b"},
      {"backup", "list"},
      {"backup", "verify"},
      {"backup", "verify", "b", "--backup", "0"},
      {"backup", "restore"},
      {"backup", "restore", "b", "--server", "http://b"}};
  for (const auto& arguments : wrong) {
    std::string line = "rounds";
    for (const std::string& argument : arguments) line += " " + argument;
    EXPECT_EQ(run(arguments), ExitCode::wrong_usage) << line;
    EXPECT_EQ(process_.out(), "") << line;
    EXPECT_TRUE(process_.err().starts_with("rounds: ")) << line << ": " << process_.err();
    EXPECT_EQ(std::ranges::count(process_.err(), '\n'), 1) << line << ": " << process_.err();
  }
}

TEST_F(CommandsTest, WrongUsageSaysWhereHelpIs) {
  EXPECT_EQ(run({"frob", "x"}), ExitCode::wrong_usage);
  EXPECT_EQ(process_.err(),
            "rounds: there is no command \"frob\"; rounds --help shows all of them\n");
  EXPECT_EQ(run({"list", "--frob"}), ExitCode::wrong_usage);
  EXPECT_TRUE(process_.err().ends_with("; see rounds list --help\n")) << process_.err();
  EXPECT_EQ(run({"--frob"}), ExitCode::wrong_usage);
  EXPECT_TRUE(process_.err().ends_with("--frob; see rounds --help\n")) << process_.err();
}

TEST_F(CommandsTest, EveryCommandHasHelpWithAnExample) {
  ASSERT_EQ(run({"--help"}), ExitCode::fine);
  const std::string help = process_.out();
  for (const char* command : {"list", "show", "history", "pending", "similar", "stats",
                              "investigate", "revert", "diagnose", "resolve", "mute", "retriage",
                              "tag", "ingest", "fingerprint", "verify", "backup"}) {
    EXPECT_NE(help.find(std::string("\n  ") + command + " "), std::string::npos) << command;
    ASSERT_EQ(run({command, "--help"}), ExitCode::fine);
    EXPECT_NE(process_.out().find("Example: "), std::string::npos) << command;
    EXPECT_NE(process_.out().find(std::string("rounds ") + command), std::string::npos) << command;
  }
}

TEST_F(CommandsTest, TellWhatWas) {
  fill(2);
  ASSERT_EQ(run({"mute", "fingerprint-n0"}), ExitCode::fine) << process_.err();
  EXPECT_EQ(run_json({"show", "fingerprint-n0"}).at("status"), "muted");
  const auto then = run_json({"show", "fingerprint-n0", "--as-of", "2"});
  EXPECT_EQ(then.at("status"), "new");
  const std::string id(then.at("id").as_string());
  ASSERT_EQ(run({"show", id, "--as-of", "1"}), ExitCode::fine) << process_.err();
  EXPECT_NE(process_.out().find("new"), std::string::npos) << process_.out();
  EXPECT_EQ(run({"show", "fingerprint-n1", "--as-of", "1"}), ExitCode::refused);
  EXPECT_EQ(process_.err(),
            "rounds: there was no signature with the id or fingerprint \"fingerprint-n1\" as of "
            "event 1\n");
  EXPECT_EQ(run_json({"stats", "--as-of", "1"}).at("total"), 1);
  EXPECT_EQ(run_json({"stats", "--as-of", "2"}).at("by_status").at("muted"), 0);
  ASSERT_EQ(run({"stats", "--as-of", "9999-01-01T00:00:00Z"}), ExitCode::fine) << process_.err();
  EXPECT_NE(process_.out().find("status muted"), std::string::npos);
  EXPECT_EQ(process_.out().find("age of the oldest"), std::string::npos);
}

TEST_F(CommandsTest, RefusalsAreCodeOneAndNameTheCause) {
  fill(1);
  EXPECT_EQ(run({"revert", "fingerprint-n0"}), ExitCode::refused);
  EXPECT_NE(process_.err().find("is new"), std::string::npos) << process_.err();
  EXPECT_EQ(run({"mute", "fingerprint-n0", "--expected-version", "9"}), ExitCode::refused);
  EXPECT_EQ(run({"show", "nothing"}), ExitCode::refused);
}

TEST_F(CommandsTest, MissingDataIsCodeThreeAndCreatesNothing) {
  for (const char* command : {"list", "stats", "verify"}) {
    EXPECT_EQ(run({command}), ExitCode::data_unusable);
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "data")) << command;
  }
}

TEST_F(CommandsTest, OpenDataIsCodeThree) {
  fill(1);
  const auto store = RocksStore::open(directory_.path() / "data");
  ASSERT_TRUE(store);
  EXPECT_EQ(run({"list"}), ExitCode::data_unusable);
  EXPECT_NE(process_.err().find("data"), std::string::npos) << process_.err();
  EXPECT_NE(process_.err().find("--server http://"), std::string::npos) << process_.err();
  EXPECT_EQ(run({"verify", "--renew-watermark"}), ExitCode::data_unusable);
}

TEST_F(CommandsTest, VerifyRunsBesideAnOpenStore) {
  fill(3);
  const auto store = RocksStore::open(directory_.path() / "data");
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->record({make_occurrence(make_identity("more"), at_second(9))}));
  const auto verification = run_json({"verify"}).as_object();
  EXPECT_EQ(verification.at("sound"), true);
  EXPECT_EQ(verification.at("event_count"), 4);
  EXPECT_EQ(verification.at("watermark").at("sequence"), 4);
  EXPECT_EQ(verification.at("watermark").at("closed"), false);
}

TEST_F(CommandsTest, VerifyNamesWhatWasAcknowledgedAndIsLostUntilItIsAccepted) {
  fill(3);
  const auto kept = directory_.path() / "kept";
  const auto log = directory_.path() / "data" / "log";
  std::filesystem::copy(log, kept, std::filesystem::copy_options::recursive);
  {
    const auto store = RocksStore::open(directory_.path() / "data");
    ASSERT_TRUE((*store)->record({make_occurrence(make_identity("later"), at_second(9))}));
  }
  std::filesystem::remove_all(log);
  std::filesystem::rename(kept, log);
  EXPECT_EQ(run({"verify"}), ExitCode::data_unusable);
  EXPECT_NE(process_.out().find("events 4 to 4 were acknowledged and are lost"), std::string::npos)
      << process_.out();
  EXPECT_EQ(run({"list"}), ExitCode::data_unusable);
  EXPECT_NE(process_.err().find("watermark says that it reached event 4"), std::string::npos)
      << process_.err();
  EXPECT_EQ(run({"verify", "--renew-watermark"}), ExitCode::fine) << process_.err();
  EXPECT_EQ(run({"verify"}), ExitCode::fine) << process_.err();
}

TEST_F(CommandsTest, HostileTextsReachNeitherTablesNorErrors) {
  process_.set_input(
      R"({"service":"shop","error_type":"E\u001b[2J","error_message":"a\nforged \u001b]0;t\u0007",)"
      R"("timestamp":"2026-01-01T00:00:00Z"})");
  ASSERT_EQ(run({"ingest", "-"}), ExitCode::fine) << process_.err();
  ASSERT_EQ(run({"list"}), ExitCode::fine);
  EXPECT_EQ(std::ranges::count(process_.out(), '\n'), 2) << process_.out();
  EXPECT_EQ(process_.out().find('\x1b'), std::string::npos);
  EXPECT_NE(process_.out().find("E\\x1b[2J"), std::string::npos) << process_.out();
  EXPECT_EQ(run({"show", "\x1b[2J"}), ExitCode::refused);
  EXPECT_EQ(process_.err().find('\x1b'), std::string::npos);
}

TEST_F(CommandsTest, IngestNamesBadLinesAndTakesTheOthers) {
  const auto path = directory_.path() / "errors.jsonl";
  std::ofstream(path) << R"({"service":"s","error_type":"E","error_message":"one",)"
                      << R"("timestamp":"2026-01-01T00:00:00Z"})" << "\n\nnonsense\n"
                      << R"({"service":"","error_type":"E","error_message":"m",)"
                      << R"("timestamp":"2026-01-01T00:00:00Z"})" << "\n"
                      << R"({"service":"s","error_type":"E","error_message":"two",)"
                      << R"("timestamp":"2026-01-01T00:00:00Z"})";
  EXPECT_EQ(run({"ingest", path.string(), "--json"}), ExitCode::refused);
  EXPECT_EQ(process_.out(), "{\"accepted\":2,\"rejected\":2}\n");
  EXPECT_NE(process_.err().find(path.string() + ":3: "), std::string::npos) << process_.err();
  EXPECT_NE(process_.err().find(path.string() + ":4: service is empty"), std::string::npos);
  EXPECT_EQ(run_json({"stats"}).as_object().at("occurrence_count"), 2);
}

TEST_F(CommandsTest, IngestTakesMoreThanOneBatch) {
  std::string lines;
  constexpr int count = 20'000;
  for (int i = 0; i < count; ++i) {
    lines += R"({"service":"s","error_type":"E","error_message":"m","timestamp":)"
             R"("2026-01-01T00:00:00Z"})";
    lines += '\n';
  }
  process_.set_input(lines);
  ASSERT_EQ(run({"ingest", "-"}), ExitCode::fine) << process_.err();
  EXPECT_EQ(process_.out(), "accepted 20000, rejected 0\n");
  EXPECT_EQ(run_json({"stats"}).as_object().at("occurrence_count"), count);
}

TEST_F(CommandsTest, IngestReadsNothingIfOneFileIsMissing) {
  process_.set_input("nonsense");
  EXPECT_EQ(run({"ingest", "-", (directory_.path() / "absent").string()}), ExitCode::data_unusable);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "data"));
}

TEST_F(CommandsTest, FingerprintKeepsMembersAndTheirOrder) {
  process_.set_input(R"({"z":1,"message":"user 1234","service":"s","a":[null],"error_type":"E"})");
  ASSERT_EQ(run({"fingerprint", "--rules", "v1"}), ExitCode::fine) << process_.err();
  EXPECT_TRUE(process_.out().starts_with(
      R"({"z":1,"message":"user 1234","service":"s","a":[null],"error_type":"E",)"
      R"("template":"user *","stack_hash":")"))
      << process_.out();
}

TEST_F(CommandsTest, FingerprintExplainsWhatCounted) {
  const std::string line =
      R"x({"error_type":"E","service":"s","message":"user 7","language":"java",)x"
      R"x("stack_trace":"E: x\n\tat com.acme.A.f(A.java:1)\n\tat java.lang.Thread.run(T.java:2)"})x";
  process_.set_input(line);
  ASSERT_EQ(run({"fingerprint", "--rules", "v2", "--explain"}), ExitCode::fine) << process_.err();
  const std::string table = process_.out();
  EXPECT_TRUE(table.starts_with("v2:")) << table;
  EXPECT_NE(table.find("user <value>"), std::string::npos) << table;
  EXPECT_NE(table.find("com.acme.A f"), std::string::npos) << table;
  EXPECT_NE(table.find("code of the language or its runtime"), std::string::npos) << table;
}

TEST_F(CommandsTest, FingerprintTriesRulesOfTheConfiguration) {
  const std::string lines = R"({"error_type":"E","service":"s","message":"a"})"
                            "\n"
                            R"({"error_type":"E","service":"s","message":"b"})";
  process_.set_input(lines);
  ASSERT_EQ(run({"fingerprint", "--rules", "v2", "--explain", "--json", "--grouping-rule",
                 "type:E -> one"}),
            ExitCode::fine)
      << process_.err();
  EXPECT_NE(process_.out().find(R"("part":"rule","value":"one","counts":true)"), std::string::npos)
      << process_.out();
  process_.set_input(lines);
  EXPECT_EQ(run({"fingerprint", "--rules", "v2", "--grouping-rule", "type:E"}),
            ExitCode::wrong_usage);
  EXPECT_NE(process_.err().find("is wrong at byte 7"), std::string::npos) << process_.err();
}

TEST_F(CommandsTest, FingerprintNamesBadLinesAndGoesOn) {
  process_.set_input("{}\n{\"message\":\"m\",\"service\":\"s\",\"error_type\":\"E\"}\n[]\n");
  EXPECT_EQ(run({"fingerprint"}), ExitCode::refused);
  EXPECT_EQ(std::ranges::count(process_.out(), '\n'), 1);
  EXPECT_NE(process_.err().find("standard input:1: the line lacks \"error_type\""),
            std::string::npos)
      << process_.err();
  EXPECT_NE(process_.err().find("standard input:3: "), std::string::npos);
}

TEST_F(CommandsTest, DiagnoseReadsTheStandardInput) {
  fill(1);
  process_.set_input(R"({"root_cause":"pool","evidence":["e"],"suggested_fix":"more",)"
                     R"("confidence":"high","model":"alice","cost_usd":0.5})");
  const auto signature = run_json({"diagnose", "fingerprint-n0", "--file", "-"}).as_object();
  EXPECT_EQ(signature.at("status"), "diagnosed");
  EXPECT_EQ(signature.at("diagnosis").as_object().at("diagnosed_at"),
            "2026-01-01T00:16:40.000000Z");
}

TEST_F(CommandsTest, DiagnoseNamesTheFileThatIsWrong) {
  fill(1);
  const auto path = (directory_.path() / "diagnosis.json").string();
  EXPECT_EQ(run({"diagnose", "fingerprint-n0", "--file", path}), ExitCode::data_unusable);
  for (const char* text : {"{", "{}", "[]"}) {
    std::ofstream(path) << text;
    EXPECT_EQ(run({"diagnose", "fingerprint-n0", "--file", path}), ExitCode::wrong_usage);
    EXPECT_NE(process_.err().find(path), std::string::npos) << process_.err();
  }
}

}  // namespace
}  // namespace rounds::test
