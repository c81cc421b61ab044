// Data of other releases: what release 1 wrote is brought up to date when it is opened, and what a
// newer one wrote is refused and stays as it is.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/json_text.hpp"
#include "api/store_json.hpp"
#include "eventlog/event_log.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/store/data_directory.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Sequence events_of_release_1 = 18;

class EvolutionTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] fs::path projections() const { return projections_directory(data()); }

  void take_data_of_release_1() {
    fs::copy(fs::path(ROUNDS_RELEASE_1_DIR) / "store", data(), fs::copy_options::recursive);
  }

  // A store of this release: two signatures, one with a tag.
  void make_data() {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->record({make_occurrence(make_identity("a"), at_second(1)),
                                  make_occurrence(make_identity("b"), at_second(2))}));
    const auto tagged = (*store)->get_by_fingerprint(make_identity("a")->fingerprint);
    ASSERT_TRUE((*store)->execute((*tagged)->id, ChangeTags{{"urgent"}, {}}));
    ASSERT_TRUE((*store)->close());
  }

  Result<std::unique_ptr<RocksStore>> open(
      ProjectionRebuild rebuild = ProjectionRebuild::automatic) {
    notices_.clear();
    events_read_ = 0;
    RocksStoreOptions options;
    options.rebuild = rebuild;
    options.projections_rebuilding = [this](const std::string& what) { notices_.push_back(what); };
    options.catch_up_progress = [this](std::uint64_t done, std::uint64_t) { events_read_ = done; };
    return RocksStore::open(data(), std::move(options));
  }

  // Opening fails as `unsupported`, says all of `parts`, and changes nothing; nor does a second
  // try.
  void expect_refused(const std::vector<std::string>& parts) {
    const Content before = rows_of(data());
    for (int i = 0; i < 2; ++i) {
      const auto store = open();
      ASSERT_FALSE(store);
      EXPECT_EQ(store.error().code, ErrorCode::unsupported);
      for (const std::string& part : parts) EXPECT_THAT(store.error().message, HasSubstr(part));
      EXPECT_THAT(notices_, IsEmpty());
      EXPECT_EQ(rows_of(data()), before);
    }
  }

  // The family that holds a projection.
  std::string family_of(const std::string& projection) {
    return rows_of(data())["projections/default"]["generation/" + projection];
  }

  void expect_whole() {
    const auto verified = verify_projections(data(), {}, nullptr);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_TRUE(verified->is_equal());
  }

  TemporaryDirectory directory_;
  std::vector<std::string> notices_;
  std::uint64_t events_read_ = 0;
};

// What the daemon of release 1 said of it.
std::vector<Signature> answer_of_release_1() {
  std::ifstream file(fs::path(ROUNDS_RELEASE_1_DIR) / "signatures.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return api::page_from_json(*api::parse_json(text, "signatures.json"))->signatures;
}

std::vector<std::string> messages_by_tag(SignatureStore& store, const std::string& tag) {
  SignatureQuery query;
  query.tag = tag;
  std::vector<std::string> messages;
  for (const Signature& signature : store.list(query)->signatures) {
    messages.push_back(signature.identity->message_template);
  }
  return messages;
}

TEST_F(EvolutionTest, TheStoreOfRelease1SaysWhatItSaidThen) {
  take_data_of_release_1();
  const auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  std::vector<Signature> listed = (*store)->list({})->signatures;
  for (Signature& signature : listed) {
    const auto history = (*store)->history(signature.id, {});
    ASSERT_TRUE(history) << history.error().message;
    EXPECT_EQ(history->events.size(), signature.version);
    for (const Event& event : history->events) {
      if (const auto* resolved = std::get_if<SignatureResolved>(&event.payload)) {
        EXPECT_EQ(resolved->release, std::nullopt);
      }
    }
    signature.last_sequence = 0;  // these two are not in JSON
    signature.resolved_at.reset();
  }
  EXPECT_EQ(listed, answer_of_release_1());
}

TEST_F(EvolutionTest, TheIndexByTagOfTheStoreOfRelease1IsBuiltAlone) {
  take_data_of_release_1();
  {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_EQ(notices_.size(), 1U);
    EXPECT_THAT(notices_[0], HasSubstr("building by_tag"));
    EXPECT_THAT((*store)->opening(), HasSubstr("given by_tag"));
    EXPECT_EQ(events_read_, 0U) << "of the log, which need not be read for an index";
    EXPECT_THAT(messages_by_tag(**store, "database"),
                ElementsAre("cart is undefined", "the payment took too long"));
    EXPECT_THAT(messages_by_tag(**store, "urgent"),
                ElementsAre("the disk is full", "cart is undefined"));
    EXPECT_THAT(messages_by_tag(**store, "network"), IsEmpty());
    ASSERT_TRUE((*store)->close());
  }
  expect_whole();
  for (const Projection projection : all_projections) {
    const std::string name(to_string(projection));
    EXPECT_EQ(family_of(name), name + (name == "by_tag" ? "-2" : "-1"));
  }
  const auto store = open();
  ASSERT_TRUE(store);
  EXPECT_THAT(notices_, IsEmpty());
  EXPECT_THAT((*store)->opening(), Not(HasSubstr("by_tag")));
}

TEST_F(EvolutionTest, TheStoreOfRelease1TakesWhatIsNew) {
  take_data_of_release_1();
  SignatureId id;
  {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    id = (*store)->list({})->signatures.front().id;
    ASSERT_TRUE((*store)->execute(id, Resolve{"reconnect", "2.4.1"}));
    ASSERT_TRUE((*store)->execute(id, ChangeTags{{"network"}, {}}));
    // What that release found by rules v1 goes on under others.
    IdentifiedOccurrence occurrence = make_occurrence(make_identity("v2"), at_second(1));
    const std::string v1 = (*store)->get_by_id(id).value()->identity->fingerprint;
    occurrence.aliases = std::make_shared<const FingerprintAliases>(1, v1);
    ASSERT_TRUE((*store)->record({occurrence}));
    ASSERT_TRUE((*store)->close());
  }
  ASSERT_TRUE(rebuild_projections(data(), {}));
  const auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_THAT(notices_, IsEmpty());
  const auto history = (*store)->history(id, {})->events;
  EXPECT_EQ(history[history.size() - 4].payload,
            EventPayload(SignatureResolved{"reconnect", "2.4.1"}));
  EXPECT_EQ((*store)->get_by_fingerprint(make_identity("v2")->fingerprint).value()->id, id);
  EXPECT_THAT(messages_by_tag(**store, "network"), ElementsAre("connection reset"));
}

TEST_F(EvolutionTest, EventsOfRelease1KeepTheirBytes) {
  take_data_of_release_1();
  const auto before = rows_of(data())["log/log"];
  ASSERT_TRUE((*open())->close());
  const Content after = rows_of(data());
  EXPECT_EQ(after.at("log/log"), before);
  EXPECT_EQ(after.at("log/default").at("format_version"), "3") << "release 1 must refuse it now";
  EXPECT_EQ(after.at("projections/default").at("projection_version"), "2");
}

TEST_F(EvolutionTest, NothingIsBuiltIfThatIsNotAllowed) {
  take_data_of_release_1();
  const auto before = rows_of(data());
  const auto refused = open(ProjectionRebuild::refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_THAT(refused.error().message, HasSubstr("lack by_tag"));
  EXPECT_THAT(refused.error().message,
              HasSubstr("run rounds-replay --data-dir " + data().string()));
  Content after = rows_of(data());
  EXPECT_EQ(std::exchange(after["log/default"]["format_version"], "1"), "3");
  EXPECT_EQ(after, before) << "but for the format of the log";
  EXPECT_THAT(notices_, IsEmpty());
  // The command that it names.
  ASSERT_TRUE(rebuild_projections(data(), {}));
  const auto store = open(ProjectionRebuild::refuse);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(messages_by_tag(**store, "database").size(), 2U);
}

TEST_F(EvolutionTest, MissingProjectionsAreNotBuiltIfThatIsNotAllowed) {
  make_data();
  fs::remove_all(projections());
  const auto refused = open(ProjectionRebuild::refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::data_missing);
  EXPECT_THAT(refused.error().message, HasSubstr("rounds-replay --data-dir"));
  EXPECT_FALSE(fs::exists(projections()));
  EXPECT_TRUE(open());
}

TEST_F(EvolutionTest, ANewStoreNeedsNoPermissionToBuildAnything) {
  EXPECT_TRUE(open(ProjectionRebuild::refuse));
  EXPECT_TRUE(open(ProjectionRebuild::refuse));
}

TEST_F(EvolutionTest, WhoOnlyReadsProjectionsOfRelease1HearsWhatToDo) {
  take_data_of_release_1();
  const auto verified = verify_projections(data(), {}, nullptr);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::data_missing);
  EXPECT_THAT(verified.error().message, HasSubstr("lack the projection by_tag"));
}

TEST_F(EvolutionTest, NoSignatureIsRepairedInProjectionsOfRelease1) {
  take_data_of_release_1();
  const auto repaired = repair_signature(data(), SignatureId{}, nullptr);
  ASSERT_FALSE(repaired);
  EXPECT_EQ(repaired.error().code, ErrorCode::data_missing);
  EXPECT_THAT(repaired.error().message, HasSubstr("lack by_tag"));
}

TEST_F(EvolutionTest, OneProjectionOfTheStoreOfRelease1CanBeRebuiltByCommand) {
  take_data_of_release_1();
  const auto report = rebuild_projections(data(), {Projection::by_tag});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->sequence, events_of_release_1);
  expect_whole();
}

TEST_F(EvolutionTest, AnIndexOfAnEarlierVersionIsBuiltAlone) {
  for (const std::string index : {"by_status", "by_service", "by_tag"}) {
    SCOPED_TRACE(index);
    make_data();
    // What the earlier version said is not what this one says.
    clear_family(projections(), family_of(index));
    put_meta(projections(), "version/" + index, "0");
    const Content before = rows_of(data());
    {
      const auto store = open();
      ASSERT_TRUE(store) << store.error().message;
      ASSERT_EQ(notices_.size(), 1U);
      EXPECT_THAT(notices_[0], HasSubstr("building " + index));
      EXPECT_EQ(events_read_, 0U);
      EXPECT_EQ((*store)->list({})->signatures.size(), 2U);
      EXPECT_EQ(messages_by_tag(**store, "urgent").size(), 1U);
      ASSERT_TRUE((*store)->close());
    }
    expect_whole();
    const Content after = rows_of(data());
    EXPECT_EQ(after.at("projections/default").at("version/" + index), "1");
    for (const auto& [family, rows] : before) {
      if (family.find(index) == family.npos && family != "projections/default") {
        EXPECT_EQ(after.at(family), rows) << family;
      }
    }
    fs::remove_all(data());
  }
}

TEST_F(EvolutionTest, AProjectionThatIsNoIndexAndOfAnEarlierVersionIsBuiltFromTheLog) {
  for (const std::string projection : {"signatures", "fingerprints", "history", "stats"}) {
    SCOPED_TRACE(projection);
    make_data();
    clear_family(projections(), family_of(projection));
    put_meta(projections(), "version/" + projection, "0");
    {
      const auto store = open();
      ASSERT_TRUE(store) << store.error().message;
      ASSERT_EQ(notices_.size(), 1U);
      EXPECT_THAT(notices_[0], HasSubstr("building the projections anew from 3 events: "));
      EXPECT_THAT(notices_[0], HasSubstr("lack " + projection));
      EXPECT_EQ(events_read_, 3U);
      ASSERT_TRUE((*store)->close());
    }
    expect_whole();
    fs::remove_all(data());
  }
}

TEST_F(EvolutionTest, AProjectionOfANewerVersionIsRefusedAndStaysAsItIs) {
  for (const Projection projection : all_projections) {
    SCOPED_TRACE(to_string(projection));
    make_data();
    put_meta(projections(), fmt::format("version/{}", to_string(projection)), "2");
    expect_refused({fmt::format("the version of the projection {} is 2", to_string(projection)),
                    "this release reads up to 1",
                    "with the release that wrote it, or a newer one"});
    fs::remove_all(data());
  }
}

TEST_F(EvolutionTest, ProjectionsThatThisReleaseDoesNotKnowAreRefusedAndStay) {
  make_data();
  put_meta(projections(), "generation/by_release", "by_release-3");
  expect_refused({"does not know the projection by_release", "rounds-replay"});
}

TEST_F(EvolutionTest, ProjectionsOfANewerFormatAreRefusedUntilACommandBuildsThoseOfThisRelease) {
  make_data();
  put_meta(projections(), "projection_version", "3");
  expect_refused({"the format of the projections is 3", "this release reads up to 2",
                  "run rounds-replay, which builds the projections of this release"});
  ASSERT_TRUE(rebuild_projections(data(), {}));
  const auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(messages_by_tag(**store, "urgent").size(), 1U);
}

TEST_F(EvolutionTest, VersionsThatAreNoNumbersAreDamageAndBuiltAnew) {
  for (const std::string key : {"projection_version", "version/by_tag"}) {
    make_data();
    put_meta(projections(), key, "x");
    ASSERT_TRUE(open());
    ASSERT_EQ(notices_.size(), 1U);
    EXPECT_THAT(notices_[0], HasSubstr("is \"x\""));
    fs::remove_all(data());
  }
}

TEST_F(EvolutionTest, ALogOfANewerFormatIsRefusedAndStaysAsItIs) {
  make_data();
  put_meta(log_directory(data()), "format_version", "4");
  expect_refused({"the log has format 4", "with the release that wrote it, or a newer one"});
}

TEST_F(EvolutionTest, AnEventOfTheFutureIsRefusedByOpening) {
  for (const auto& [schema_version, kind] : {std::pair{1, 14}, std::pair{4, 14}, std::pair{4, 8}}) {
    make_data();
    append_event(data(), static_cast<std::uint16_t>(schema_version), kind);
    expect_refused({"event 4 ", fmt::format("of kind {}", kind),
                    "open the data directory with the release that wrote it, or a newer one"});
    fs::remove_all(data());
  }
}

TEST_F(EvolutionTest, AnEventOfTheFutureIsRefusedByARebuildAndNeverSkipped) {
  make_data();
  append_event(data(), 1, 14);
  const Content before = rows_of(data());
  const auto rebuilt = rebuild_projections(data(), {});
  ASSERT_FALSE(rebuilt);
  EXPECT_EQ(rebuilt.error().code, ErrorCode::unsupported);
  EXPECT_THAT(rebuilt.error().message, HasSubstr("event 4 is of kind 14"));
  EXPECT_EQ(rows_of(data()), before);
}

// The end of the log is looked at when it is opened; what stands before it, when it is folded in.
TEST_F(EvolutionTest, AnEventOfTheFutureInTheMiddleIsRefusedByOpeningAndByARebuild) {
  make_data();
  const fs::path kept = directory_.path() / "kept";
  fs::copy(projections(), kept, fs::copy_options::recursive);
  const Sequence foreign = append_event(data(), 1, 14);
  append_event(data(), 1, 8);
  expect_refused({"event 4 is of kind 14"});
  fs::remove_all(projections());
  for (int i = 0; i < 2; ++i) {
    const auto store = open();
    ASSERT_FALSE(store) << "event " << foreign << " was skipped";
    EXPECT_EQ(store.error().code, ErrorCode::unsupported);
    EXPECT_THAT(store.error().message, HasSubstr("event 4 is of kind 14"));
  }
  const auto rebuilt = rebuild_projections(data(), {});
  ASSERT_FALSE(rebuilt);
  EXPECT_EQ(rebuilt.error().code, ErrorCode::unsupported);
  fs::rename(kept, projections());
  expect_refused({"event 4 is of kind 14"});
}

}  // namespace
}  // namespace rounds::test
