// rounds-replay on projections that were changed behind the back of the store.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include "eventlog/event_log.hpp"
#include "projections/projection_database.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/tools/test_process.hpp"

namespace rounds::test {
namespace {

using tools::ExitCode;

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    const auto store = RocksStore::open(directory_.path());
    EXPECT_TRUE(store);
    for (int i = 0; i < 5; ++i) {
      const auto identity = make_identity("n" + std::to_string(i));
      EXPECT_TRUE((*store)->record({make_occurrence(identity, at_second(i))}));
    }
    EXPECT_TRUE((*store)->close());
  }

  void remove_fingerprint(const std::string& fingerprint) {
    const auto log = EventLog::open(log_directory(directory_.path()));
    ASSERT_TRUE(log);
    const auto projections =
        ProjectionDatabase::open(projections_directory(directory_.path()), (*log)->id());
    ASSERT_TRUE(projections);
    rocksdb::WriteBatch batch;
    const auto family = family_of((*projections)->active(), Projection::fingerprints);
    ASSERT_TRUE(batch.Delete(family, fingerprint).ok());
    ASSERT_TRUE((*projections)->database().Write({}, &batch).ok());
  }

  ExitCode replay(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--data-dir", directory_.path().string()});
    return process_.replay(arguments);
  }

  TemporaryDirectory directory_;
  TestProcess process_;
};

TEST_F(ReplayTest, VerifyNamesWhatDiffersAndARebuildMendsIt) {
  ASSERT_EQ(replay({"--verify"}), ExitCode::fine) << process_.err();
  remove_fingerprint("fingerprint-n3");
  ASSERT_EQ(replay({"--verify"}), ExitCode::refused) << process_.err();
  EXPECT_NE(process_.out().find("fingerprints fingerprint-n3 (missing)"), std::string::npos)
      << process_.out();
  ASSERT_EQ(replay({"--verify"}), ExitCode::refused) << "verify must not mend anything";
  ASSERT_EQ(replay({}), ExitCode::fine) << process_.err();
  ASSERT_EQ(replay({"--verify"}), ExitCode::fine) << process_.out();
}

TEST_F(ReplayTest, TellsMachinesWhatDiffers) {
  remove_fingerprint("fingerprint-n3");
  ASSERT_EQ(replay({"--verify", "--json"}), ExitCode::refused);
  const auto report = boost::json::parse(process_.out()).as_object();
  EXPECT_EQ(report.at("sequence"), 5);
  EXPECT_EQ(report.at("equal"), false);
  std::vector<std::string> differing;
  for (const auto& each : report.at("projections").as_array()) {
    const auto& comparison = each.as_object();
    if (comparison.at("difference_count") == 0) {
      EXPECT_EQ(comparison.at("live_digest"), comparison.at("fresh_digest"));
      continue;
    }
    EXPECT_NE(comparison.at("live_digest"), comparison.at("fresh_digest"));
    differing.emplace_back(comparison.at("projection").as_string());
    EXPECT_EQ(comparison.at("differing_keys").as_array().size(), 1U);
  }
  EXPECT_EQ(differing, std::vector<std::string>{"fingerprints"});
}

TEST_F(ReplayTest, WorksOnTheChosenProjectionsAlone) {
  remove_fingerprint("fingerprint-n3");
  EXPECT_EQ(replay({"--verify", "--projection", "stats", "--projection", "by_status"}),
            ExitCode::fine);
  EXPECT_EQ(replay({"--projection", "stats"}), ExitCode::fine);
  EXPECT_EQ(process_.out(), "rebuilt from 5 events: stats\n");
  EXPECT_EQ(replay({"--verify", "--projection", "fingerprints"}), ExitCode::refused);
  EXPECT_EQ(replay({"--projection", "fingerprints", "--json"}), ExitCode::fine);
  EXPECT_EQ(process_.out(), "{\"sequence\":5,\"rebuilt\":[\"fingerprints\"]}\n");
  EXPECT_EQ(replay({"--verify"}), ExitCode::fine);
}

TEST_F(ReplayTest, MakesAStoreOfThePast) {
  const TemporaryDirectory elsewhere;
  const std::string then = (elsewhere.path() / "then").string();
  ASSERT_EQ(replay({"--until", "3", "--into", then}), ExitCode::fine) << process_.err();
  EXPECT_TRUE(process_.out().starts_with(then + " holds the first 3 of 5 events, the last one of "))
      << process_.out();
  ASSERT_EQ(process_.replay({"--data-dir", then, "--verify"}), ExitCode::fine) << process_.err();
  ASSERT_EQ(replay({"--until", "0", "--into", then + "-0", "--json"}), ExitCode::fine);
  const auto report = boost::json::parse(process_.out()).as_object();
  EXPECT_EQ(report.at("directory"), boost::json::value(then + "-0"));
  EXPECT_EQ(report.at("sequence"), 0);
  EXPECT_TRUE(report.at("time").is_null());
  EXPECT_EQ(report.at("last_sequence"), 5);
  EXPECT_EQ(replay({"--until", "4", "--into", then}), ExitCode::wrong_usage)
      << "it is there already";
  EXPECT_EQ(replay({"--verify"}), ExitCode::fine) << "the store that was read is as it was";
}

TEST_F(ReplayTest, RefusesWrongUsage) {
  EXPECT_EQ(replay({"--projection", "nonsense"}), ExitCode::wrong_usage);
  EXPECT_NE(process_.err().find("by_status"), std::string::npos) << process_.err();
  EXPECT_EQ(replay({"--until", "3"}), ExitCode::wrong_usage) << "--into is missing";
  const std::string then = (directory_.path() / ".." / "then").string();
  EXPECT_EQ(replay({"--into", then}), ExitCode::wrong_usage);
  for (const char* moment : {"", "yesterday", "-1", "6"}) {
    EXPECT_EQ(replay({"--until", moment, "--into", then}), ExitCode::wrong_usage) << moment;
    EXPECT_FALSE(std::filesystem::exists(then)) << moment;
  }
  EXPECT_EQ(replay({"--until", "3", "--into", then, "--verify"}), ExitCode::wrong_usage);
  EXPECT_EQ(replay({"--until", "3", "--into", then, "--projection", "stats"}),
            ExitCode::wrong_usage);
  process_.environment["ROUNDS_SERVER"] = "http://127.0.0.1:1";
  EXPECT_EQ(process_.replay({}), ExitCode::wrong_usage);
  EXPECT_NE(process_.err().find("rounds-replay works on a data directory only"), std::string::npos)
      << process_.err();
}

}  // namespace
}  // namespace rounds::test
