// Both backends give the same values: every case runs on a store in this process and on one behind
// a server.
#include "tools/backend.hpp"

#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "daemon/server.hpp"
#include "store/memory_store.hpp"
#include "tests/support/samples.hpp"
#include "tools/local_backend.hpp"
#include "tools/server_backend.hpp"

namespace rounds::test {
namespace {

using tools::Backend;
using tools::OtlpBody;

enum class Where { local, server };

// Without what does not travel in JSON: see Backend.
Signature as_transported(Signature signature) {
  signature.resolved_at.reset();
  signature.last_sequence = 0;
  return signature;
}

class BackendTest : public testing::TestWithParam<Where> {
 protected:
  BackendTest() {
    auto store = std::make_unique<MemoryStore>(StoreOptions{.clock = &clock_});
    store_ = store.get();
    if (GetParam() == Where::local) {
      backend_ = tools::make_local_backend(std::move(store), clock_);
      return;
    }
    served_ = std::move(store);
    daemon::ServerOptions options;
    options.listen = {boost::asio::ip::address_v4::loopback(), 0};
    options.clock = &clock_;
    server_ = daemon::Server::start(*served_, options).value();
    backend_ = tools::open_server_backend(server_->url(), clock_).value();
  }

  Signature record(const std::string& name, std::int64_t second) {
    const auto identity = make_identity(name);
    EXPECT_TRUE(store_->record({make_occurrence(identity, at_second(second))}));
    return as_transported(**store_->get_by_fingerprint(identity->fingerprint));
  }

  ManualClock clock_{at_second(5000)};
  MemoryStore* store_ = nullptr;  // behind the backend
  std::unique_ptr<MemoryStore> served_;
  std::unique_ptr<daemon::Server> server_;
  std::unique_ptr<Backend> backend_;
};

INSTANTIATE_TEST_SUITE_P(Both, BackendTest, testing::Values(Where::local, Where::server),
                         [](const auto& each) {
                           return each.param == Where::local ? "local" : "server";
                         });

TEST_P(BackendTest, FindsSignaturesByIdAndByFingerprint) {
  const Signature signature = record("timeout", 1);
  for (const std::string& key : {signature.id.to_string(), signature.identity->fingerprint}) {
    const auto found = tools::find_signature(*backend_, key);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(as_transported(*found), signature);
  }
}

TEST_P(BackendTest, FindsAFingerprintThatLooksLikeAnId) {
  auto identity = *make_identity("timeout");
  identity.fingerprint = "0190163d-8694-739b-aea5-966c26f8ad91";
  const auto shared = std::make_shared<const SignatureIdentity>(identity);
  ASSERT_TRUE(store_->record({make_occurrence(shared, at_second(1))}));
  EXPECT_TRUE(tools::find_signature(*backend_, identity.fingerprint));
}

TEST_P(BackendTest, FindsFingerprintsOfAnyCharacters) {
  auto identity = *make_identity("timeout");
  identity.fingerprint = "a/b c?d=e&f%20#ü";
  const auto shared = std::make_shared<const SignatureIdentity>(identity);
  ASSERT_TRUE(store_->record({make_occurrence(shared, at_second(1))}));
  EXPECT_TRUE(tools::find_signature(*backend_, identity.fingerprint));
}

TEST_P(BackendTest, SaysThatASignatureIsNotThere) {
  for (const char* key : {"0190163d-8694-739b-aea5-966c26f8ad91", "nothing"}) {
    const auto found = tools::find_signature(*backend_, key);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::not_found);
    EXPECT_NE(found.error().message.find(key), std::string::npos);
  }
}

TEST_P(BackendTest, FindsSignaturesAsTheyWere) {
  const Signature before = record("a b", 1);
  ASSERT_TRUE(store_->execute(before.id, Mute{}));
  for (const std::string& key : {before.id.to_string(), before.identity->fingerprint}) {
    for (const Moment& moment : {Moment(Sequence{1}), Moment(Sequence{2})}) {
      const auto found = tools::find_signature_as_of(*backend_, key, moment);
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_EQ(as_transported(*found), as_transported(**store_->as_of(before.id, moment)));
    }
    EXPECT_EQ(tools::find_signature_as_of(*backend_, key, at_second(5000))->status, Status::muted);
    const auto early = tools::find_signature_as_of(*backend_, key, at_second(4999));
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, ErrorCode::not_found);
    EXPECT_NE(early.error().message.find(key), std::string::npos);
    EXPECT_NE(early.error().message.find(to_rfc3339(at_second(4999))), std::string::npos);
    const auto future = tools::find_signature_as_of(*backend_, key, Sequence{3});
    ASSERT_FALSE(future);
    EXPECT_EQ(future.error(), behind_the_end(3, 2));
  }
}

TEST_P(BackendTest, TellsStatisticsOfThePast) {
  const Signature first = record("a", 1);
  ASSERT_TRUE(store_->execute(first.id, Mute{}));
  record("b", 2);
  for (Sequence sequence = 0; sequence <= 3; ++sequence) {
    EXPECT_EQ(backend_->get_stats_as_of(sequence), store_->get_stats_as_of(sequence));
  }
  EXPECT_EQ(backend_->get_stats_as_of(at_second(5000)), store_->get_stats());
  EXPECT_EQ(backend_->get_stats_as_of(Sequence{4}).error(), behind_the_end(4, 3));
}

TEST_P(BackendTest, ListsPagesAndFilters) {
  for (int i = 0; i < 5; ++i) record("n" + std::to_string(i), i);
  const Signature muted = record("muted", 100);
  ASSERT_TRUE(store_->execute(muted.id, Mute{}));
  SignatureQuery query;
  query.limit = 2;
  query.status = Status::new_;
  query.service = "checkout";
  query.error_type = "TypeError";
  std::vector<std::string> fingerprints;
  do {
    const auto page = backend_->list(query);
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_EQ(page->sequence, 7U);
    for (const auto& each : page->signatures) fingerprints.push_back(each.identity->fingerprint);
    query.after = page->next;
  } while (query.after);
  EXPECT_EQ(fingerprints,
            (std::vector<std::string>{"fingerprint-n4", "fingerprint-n3", "fingerprint-n2",
                                      "fingerprint-n1", "fingerprint-n0"}));
  query.service = "another & service";
  EXPECT_TRUE(backend_->list(query)->signatures.empty());
}

TEST_P(BackendTest, ReadsHistoriesInPages) {
  const Signature signature = record("timeout", 1);
  record("timeout", 2);
  ASSERT_TRUE(store_->execute(signature.id, Mute{}, CommandContext{{"alice", "known", "r-1"}, {}}));
  HistoryQuery query;
  query.limit = 2;
  const auto first = backend_->history(signature.id, query);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->next);
  query.after = *first->next;
  const auto second = backend_->history(signature.id, query);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->next);
  std::vector<Event> events = first->events;
  events.insert(events.end(), second->events.begin(), second->events.end());
  EXPECT_EQ(events, store_->history(signature.id, {})->events);
  EXPECT_EQ(events.back().provenance.actor, "alice");
}

TEST_P(BackendTest, FindsSimilarOnes) {
  const Signature one = record("one", 1);
  const Signature two = record("two", 2);
  record("three", 3);
  const auto similar = backend_->get_similar(one.id, 2);
  ASSERT_TRUE(similar) << similar.error().message;
  ASSERT_EQ(similar->size(), 2U);
  EXPECT_EQ(as_transported(similar->back()), two);
  EXPECT_EQ(backend_->get_similar(one.id, 1)->size(), 1U);
}

TEST_P(BackendTest, GivesTheSameStatistics) {
  record("one", 1);
  EXPECT_EQ(backend_->get_stats(), store_->get_stats());
}

TEST_P(BackendTest, RunsEveryCommandWithItsContext) {
  const Signature signature = record("one", 1);
  Version version = 1;
  const auto run = [&](const Command& command, Status expected) {
    const CommandContext context{{"alice", "because", "r-1"}, version};
    const auto after = backend_->execute(signature.id, command, context);
    ASSERT_TRUE(after) << command_name(command) << ": " << after.error().message;
    EXPECT_EQ(after->status, expected) << command_name(command);
    EXPECT_EQ(as_transported(*after), as_transported(**store_->get_by_id(signature.id)));
    version = after->version;
  };
  run(StartInvestigation{}, Status::investigating);
  run(RevertInvestigation{}, Status::new_);
  run(Diagnose{make_diagnosis()}, Status::diagnosed);
  run(ChangeTags{{"a", "b"}, {}}, Status::diagnosed);
  run(ChangeTags{{}, {"a"}}, Status::diagnosed);
  run(Resolve{"fixed"}, Status::resolved);
  run(Retriage{}, Status::new_);
  run(Resolve{}, Status::resolved);
  run(Mute{}, Status::muted);
  const auto history = store_->history(signature.id, {});
  EXPECT_EQ(history->events.back().provenance, (Provenance{"alice", "because", "r-1"}));
  EXPECT_EQ(std::get<SignatureResolved>(history->events.at(6).payload).fix, "fixed");
}

TEST_P(BackendTest, ReportsRefusalsAndConflicts) {
  const Signature signature = record("one", 1);
  const auto refused = backend_->execute(signature.id, RevertInvestigation{}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_NE(refused.error().message.find("new"), std::string::npos);
  const auto conflict = backend_->execute(signature.id, Mute{}, {{}, 7});
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().code, ErrorCode::conflict);
  Diagnosis diagnosis = make_diagnosis();
  diagnosis.cost_usd = -1;
  const auto invalid = backend_->execute(signature.id, Diagnose{diagnosis}, {});
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().code, ErrorCode::invalid_argument);
}

std::string otlp_sample(const std::string& name) {
  std::ifstream in(std::string(ROUNDS_TEST_DATA_DIR "/otlp/") + name, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return std::move(content).str();
}

TEST_P(BackendTest, CountsTelemetry) {
  const OtlpBody body{
      OtlpSignal::logs, OtlpEncoding::json,
      R"({"resourceLogs":[{"scopeLogs":[{)"
      R"("logRecords":[{"severityNumber":17,"body":{"stringValue":"no answer"}}]}]}]})"};
  const auto outcome = backend_->record_otlp(body);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->accepted, 1U);
  EXPECT_EQ(outcome->rejected, 0U);
  EXPECT_EQ(store_->get_stats()->occurrence_count, 1U);
}

TEST_P(BackendTest, CountsRecordedTelemetryInProtobuf) {
  std::map<OtlpSignal, std::uint64_t> accepted;
  for (const auto& [name, signal] : {std::pair("001_v1_traces.body", OtlpSignal::traces),
                                     std::pair("002_v1_logs.body", OtlpSignal::logs)}) {
    const auto outcome = backend_->record_otlp({signal, OtlpEncoding::protobuf, otlp_sample(name)});
    ASSERT_TRUE(outcome) << name << ": " << outcome.error().message;
    accepted[signal] = outcome->accepted;
  }
  EXPECT_GT(accepted[OtlpSignal::logs], 0U);
  EXPECT_EQ(store_->get_stats()->occurrence_count, accepted[OtlpSignal::traces])
      << "the log records tell of failures on spans again";
}

TEST_P(BackendTest, RefusesTelemetryThatIsNone) {
  const auto outcome = backend_->record_otlp({OtlpSignal::logs, OtlpEncoding::json, "{"});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid_argument);
}

TEST_P(BackendTest, CountsOccurrencesOnlyWhereFramesCanTravel) {
  Occurrence occurrence;
  occurrence.service = "shop";
  occurrence.time = at_second(1);
  const auto recorded = backend_->record({occurrence});
  if (GetParam() == Where::local) {
    ASSERT_TRUE(recorded) << recorded.error().message;
    EXPECT_EQ(store_->get_stats()->occurrence_count, 1U);
  } else {
    ASSERT_FALSE(recorded);
    EXPECT_EQ(recorded.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(recorded.error().message.find("--format otlp-json"), std::string::npos);
  }
}

TEST_P(BackendTest, ClosedStoresAreUnavailable) {
  ASSERT_TRUE(store_->close());
  const auto stats = backend_->get_stats();
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace rounds::test
