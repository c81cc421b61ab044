// Answers survive the way to JSON and back, so that a client sees what the store said.
#include <gtest/gtest.h>

#include "api/event_json.hpp"
#include "api/json_text.hpp"
#include "api/signature_json.hpp"
#include "api/store_json.hpp"
#include "tests/support/samples.hpp"

namespace rounds::api {
namespace {

OccurrenceSummary sample_occurrences() {
  OccurrenceSummary summary;
  summary.add(test::make_occurrence(test::make_identity("a"), test::at_second(1)).exemplar);
  summary.add(Exemplar{test::at_second(2), {}, {}, severity_fatal, "without ids"});
  return summary;
}

// Only what is in its JSON is set: see signature_from_json().
Signature sample_signature() {
  Signature signature;
  signature.id = *SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91");
  signature.identity = test::make_identity("timeout");
  signature.first_seen = test::at_second(1);
  signature.last_seen = test::at_second(2);
  signature.occurrence_count = 2;
  signature.status = Status::diagnosed;
  signature.diagnosis = std::make_shared<const Diagnosis>(test::make_diagnosis());
  signature.tags = {"a", "b"};
  signature.aliases = std::make_shared<const FingerprintAliases>(FingerprintAliases{"x", "y"});
  signature.version = 3;
  return signature;
}

// One event of each kind.
std::vector<Event> sample_events() {
  const auto diagnosis = std::make_shared<const Diagnosis>(test::make_diagnosis());
  std::vector<EventPayload> payloads{
      SignatureDetected{test::make_identity("a"), sample_occurrences()},
      SignatureDetected{test::make_identity("a"), sample_occurrences(), {"x", "y"}},
      OccurrencesRecorded{sample_occurrences()},
      SignatureRegressed{},
      InvestigationStarted{},
      InvestigationReverted{},
      SignatureDiagnosed{diagnosis},
      SignatureResolved{"restarted"},
      SignatureResolved{"restarted", "2.4.1"},
      SignatureResolved{},
      SignatureMuted{},
      SignatureRetriaged{},
      SignatureRestored{Status::diagnosed, diagnosis},
      SignatureRestored{},
      TagsChanged{{"a"}, {"b", "c"}},
      SignatureImported{sample_signature()},
      FingerprintsAdded{{"x", "y"}}};
  std::vector<Event> events;
  for (EventPayload& payload : payloads) {
    const auto version = events.size() + 1;
    events.push_back({10 + version, sample_signature().id, version, test::at_second(5),
                      Provenance{"alice", "known", "r-1"}, std::move(payload)});
  }
  events.back().provenance = {};
  return events;
}

// Through the text, as over the network.
boost::json::value transported(const boost::json::object& object) {
  return parse_json(to_text(object), "the text").value();
}

TEST(FromJson, EveryKindOfEventSurvives) {
  std::vector<bool> seen(std::variant_size_v<EventPayload>);
  for (const Event& event : sample_events()) {
    const auto read = event_from_json(transported(event_to_json(event)));
    ASSERT_TRUE(read) << kind_name(event.payload) << ": " << read.error().message;
    EXPECT_EQ(*read, event) << kind_name(event.payload);
    seen[event.payload.index()] = true;
  }
  EXPECT_EQ(std::ranges::count(seen, true), std::ssize(seen)) << "a kind has no sample";
}

TEST(FromJson, UnknownEventKindsAreUnsupported) {
  auto object = event_to_json(sample_events().front());
  object["kind"] = "signature_merged";
  const auto read = event_from_json(object);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::unsupported);
}

TEST(FromJson, EventsWithoutWhatTheirKindNeedsAreRefused) {
  for (const char* member :
       {"sequence", "signature_id", "time", "kind", "identity", "occurrences"}) {
    auto object = event_to_json(sample_events().front());
    object.erase(member);
    const auto read = event_from_json(object);
    ASSERT_FALSE(read) << member;
    EXPECT_NE(read.error().message.find(member), std::string::npos) << read.error().message;
  }
}

TEST(FromJson, ExemplarsWithDamagedIdsAreRefused) {
  auto object = event_to_json(sample_events().front());
  auto& exemplar = object["occurrences"].as_object()["exemplars"].as_array()[0].as_object();
  exemplar["trace_id"] = "xyz";
  EXPECT_FALSE(event_from_json(object));
  exemplar["trace_id"] = nullptr;
  EXPECT_TRUE(event_from_json(object));
  exemplar["severity"] = 25;
  EXPECT_FALSE(event_from_json(object));
}

TEST(FromJson, PagesSurvive) {
  SignaturePage page{
      {sample_signature(), sample_signature()}, PageCursor::at(sample_signature()), 9};
  const auto read = page_from_json(transported(page_to_json(page)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->signatures, page.signatures);
  EXPECT_EQ(read->next, page.next);
  EXPECT_EQ(read->sequence, 9U);
  page.next.reset();
  EXPECT_EQ(page_from_json(page_to_json(page))->next, std::nullopt);
  EXPECT_EQ(signatures_from_json(signatures_to_json(page.signatures)), page.signatures);
}

TEST(FromJson, PagesWithWrongMembersAreRefused) {
  auto object = page_to_json({{sample_signature()}, std::nullopt, 9});
  object["next_cursor"] = "not a cursor";
  EXPECT_FALSE(page_from_json(object));
  object["next_cursor"] = nullptr;
  object["signatures"].as_array().emplace_back("no object");
  EXPECT_FALSE(page_from_json(object));
  object["signatures"] = "no list";
  EXPECT_FALSE(page_from_json(object));
  EXPECT_FALSE(signatures_from_json(object));
}

TEST(FromJson, HistoriesSurvive) {
  const HistoryPage page{sample_events(), 42, 99};
  const auto read = history_page_from_json(transported(history_page_to_json(page)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->events, page.events);
  EXPECT_EQ(read->next, 42U);
  EXPECT_EQ(read->sequence, 99U);
}

TEST(FromJson, StatisticsSurvive) {
  StoreStats stats;
  EXPECT_EQ(stats_from_json(transported(stats_to_json(stats, test::at_second(9)))), stats);
  stats = {3, 8, {{Status::new_, 2}, {Status::muted, 1}}, {{"shop", 3}}, test::at_second(1), 7};
  EXPECT_EQ(stats_from_json(transported(stats_to_json(stats, test::at_second(9)))), stats);
}

TEST(FromJson, StatisticsWithWrongCountsAreRefused) {
  auto object = stats_to_json({}, test::at_second(0));
  object["by_service"] = boost::json::object{{"shop", "many"}};
  const auto read = stats_from_json(object);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("shop"), std::string::npos) << read.error().message;
}

}  // namespace
}  // namespace rounds::api
