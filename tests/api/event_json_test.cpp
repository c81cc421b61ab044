// Events: the envelope, and what each kind carries.
#include "api/event_json.hpp"

#include <gtest/gtest.h>

#include "api/json_text.hpp"
#include "tests/support/samples.hpp"

namespace rounds::api {
namespace {

Event make_event(EventPayload payload) {
  Event event;
  event.sequence = 12;
  event.signature_id = *SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91");
  event.version = 3;
  event.time = test::at_second(5);
  event.provenance = {"alice", "known issue", ""};
  event.payload = std::move(payload);
  return event;
}

constexpr std::string_view envelope_before_kind =
    R"({"sequence":12,"version":3,"signature_id":"0190163d-8694-739b-aea5-966c26f8ad91",)"
    R"("time":"2026-01-01T00:00:05.000000Z","kind":")";
constexpr std::string_view envelope_after_kind =
    R"(","actor":"alice","reason":"known issue","request_id":null)";

// The JSON of an event with `payload`, without its envelope; empty if the envelope is wrong.
std::string payload_json(EventPayload payload) {
  const std::string kind(kind_name(payload));
  const std::string text = to_text(event_to_json(make_event(std::move(payload))));
  const std::string envelope =
      std::string(envelope_before_kind) + kind + std::string(envelope_after_kind);
  EXPECT_TRUE(text.starts_with(envelope)) << text;
  return text.size() < envelope.size() ? std::string{} : text.substr(envelope.size());
}

OccurrenceSummary one_occurrence() {
  Exemplar exemplar;
  exemplar.time = test::at_second(0);
  exemplar.trace_id.bytes.fill(0xAB);
  exemplar.span_id.bytes.fill(0xCD);
  exemplar.message = "timeout failed after 250 ms";
  OccurrenceSummary summary;
  summary.add(exemplar);
  return summary;
}

constexpr std::string_view occurrences_json =
    R"("occurrences":{"count":1,"first_seen":"2026-01-01T00:00:00.000000Z",)"
    R"("last_seen":"2026-01-01T00:00:00.000000Z","exemplars":[{)"
    R"("time":"2026-01-01T00:00:00.000000Z","trace_id":"abababababababababababababababab",)"
    R"("span_id":"cdcdcdcdcdcdcdcd","severity":17,"message":"timeout failed after 250 ms"}]})";

TEST(EventJson, CarriesIdentityAndOccurrencesOfADetection) {
  const std::string text =
      payload_json(SignatureDetected{test::make_identity("timeout"), one_occurrence(), {"old"}});
  EXPECT_EQ(text, R"(,"identity":{"fingerprint":"fingerprint-timeout","error_type":"TypeError",)"
                  R"("service":"checkout","message_template":"timeout failed after * ms",)"
                  R"("stack_hash":"stack-timeout"},)" +
                      std::string(occurrences_json) + R"(,"aliases":["old"]})");
}

TEST(EventJson, CarriesAddedFingerprints) {
  EXPECT_EQ(payload_json(FingerprintsAdded{{"a", "b"}}), R"(,"fingerprints":["a","b"]})");
}

TEST(EventJson, CarriesOccurrences) {
  EXPECT_EQ(payload_json(OccurrencesRecorded{one_occurrence()}),
            "," + std::string(occurrences_json) + "}");
}

TEST(EventJson, WritesAbsentTraceIdsAsNull) {
  OccurrenceSummary summary;
  summary.add(Exemplar{});
  const std::string text = payload_json(OccurrencesRecorded{summary});
  EXPECT_NE(text.find(R"("trace_id":null,"span_id":null)"), std::string::npos) << text;
}

TEST(EventJson, CarriesTheFixOrNull) {
  EXPECT_EQ(payload_json(SignatureResolved{"restarted"}), R"(,"fix":"restarted","release":null})");
  EXPECT_EQ(payload_json(SignatureResolved{"restarted", "2.4.1"}),
            R"(,"fix":"restarted","release":"2.4.1"})");
  EXPECT_EQ(payload_json(SignatureResolved{}), R"(,"fix":null,"release":null})");
}

TEST(EventJson, CarriesTheDiagnosis) {
  const auto diagnosis = std::make_shared<const Diagnosis>(test::make_diagnosis());
  const std::string text = payload_json(SignatureDiagnosed{diagnosis});
  EXPECT_TRUE(text.starts_with(R"(,"diagnosis":{"root_cause":"connection pool)")) << text;
  EXPECT_TRUE(payload_json(SignatureRestored{Status::diagnosed, diagnosis})
                  .starts_with(R"(,"status":"diagnosed","diagnosis":{"root_cause")"));
  EXPECT_EQ(payload_json(SignatureRestored{}), R"(,"status":"new","diagnosis":null})");
}

TEST(EventJson, CarriesTags) {
  EXPECT_EQ(payload_json(TagsChanged{{"a", "b"}, {"c"}}), R"(,"added":["a","b"],"removed":["c"]})");
}

TEST(EventJson, CarriesAnImportedSignature) {
  Signature signature;
  signature.identity = test::make_identity("timeout");
  EXPECT_TRUE(payload_json(SignatureImported{signature}).starts_with(R"(,"signature":{"id":)"));
}

TEST(EventJson, CarriesNothingElseForTheOtherKinds) {
  EXPECT_EQ(payload_json(SignatureRegressed{}), "}");
  EXPECT_EQ(payload_json(InvestigationStarted{}), "}");
  EXPECT_EQ(payload_json(InvestigationReverted{}), "}");
  EXPECT_EQ(payload_json(SignatureMuted{}), "}");
  EXPECT_EQ(payload_json(SignatureRetriaged{}), "}");
}

}  // namespace
}  // namespace rounds::api
