// Signatures and diagnoses: the exact JSON, and the way back.
#include "api/signature_json.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "api/json_text.hpp"
#include "tests/support/samples.hpp"

namespace rounds::api {
namespace {

Signature sample() {
  Signature signature;
  signature.id = *SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91");
  signature.identity = test::make_identity("timeout");
  signature.first_seen = test::at_second(1);
  signature.last_seen = test::at_second(2);
  signature.occurrence_count = 3;
  signature.tags = {"a", "b"};
  signature.aliases = std::make_shared<const FingerprintAliases>(FingerprintAliases{"old"});
  signature.version = 4;
  return signature;
}

TEST(SignatureJson, HasExactlyTheDocumentedMembers) {
  EXPECT_EQ(to_text(signature_to_json(sample())),
            R"({"id":"0190163d-8694-739b-aea5-966c26f8ad91",)"
            R"("fingerprint":"fingerprint-timeout","error_type":"TypeError","service":"checkout",)"
            R"("message_template":"timeout failed after * ms","stack_hash":"stack-timeout",)"
            R"("first_seen":"2026-01-01T00:00:01.000000Z",)"
            R"("last_seen":"2026-01-01T00:00:02.000000Z","occurrence_count":3,"status":"new",)"
            R"("diagnosis":null,"tags":["a","b"],"fingerprints":["fingerprint-timeout","old"],)"
            R"("version":4})");
}

TEST(SignatureJson, HoldsTheWholeDiagnosis) {
  EXPECT_EQ(to_text(diagnosis_to_json(test::make_diagnosis())),
            R"({"root_cause":"connection pool exhausted",)"
            R"("evidence":["14 of 15 traces wait on the pool"],)"
            R"("suggested_fix":"raise the pool size","confidence":"high",)"
            R"("diagnosed_at":"2026-01-01T00:01:40.000000Z","model":"opus","cost_usd":2.5E-1})");
}

TEST(SignatureJson, ReadsBackWhatItWrote) {
  for (const Status status : all_statuses) {
    Signature signature = sample();
    signature.status = status;
    signature.diagnosis = std::make_shared<const Diagnosis>(test::make_diagnosis());
    const auto back = signature_from_json(signature_to_json(signature));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, signature);
  }
}

TEST(SignatureJson, IgnoresMembersOfANewerServer) {
  auto object = signature_to_json(sample());
  object["owner"] = boost::json::array{};
  EXPECT_TRUE(signature_from_json(object));
}

TEST(SignatureJson, OfAnEarlierServerHasOneFingerprint) {
  auto object = signature_to_json(sample());
  object.erase("fingerprints");
  const auto signature = signature_from_json(object);
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(signature->aliases, nullptr);
}

TEST(SignatureJson, NamesTheMemberThatIsWrong) {
  auto object = signature_to_json(sample());
  object["status"] = "open";
  const auto back = signature_from_json(object);
  ASSERT_FALSE(back);
  EXPECT_NE(back.error().message.find("open"), std::string::npos) << back.error().message;
  object["status"] = "new";
  object["diagnosis"] = boost::json::object{{"root_cause", 1}};
  EXPECT_EQ(signature_from_json(object).error().message,
            "\"root_cause\" of the diagnosis must be a string");
}

TEST(DiagnosisJson, ReadsBackWhatItWrote) {
  const Diagnosis diagnosis = test::make_diagnosis();
  EXPECT_EQ(diagnosis_from_json(diagnosis_to_json(diagnosis), Timestamp{}), diagnosis);
}

TEST(DiagnosisJson, IsMadeNowUnlessItSaysOtherwise) {
  auto object = diagnosis_to_json(test::make_diagnosis());
  object.erase("diagnosed_at");
  EXPECT_EQ(diagnosis_from_json(object, test::at_second(7))->diagnosed_at, test::at_second(7));
}

TEST(DiagnosisJson, NamesEachMissingMember) {
  for (const std::string_view name :
       {"root_cause", "evidence", "suggested_fix", "confidence", "model", "cost_usd"}) {
    auto object = diagnosis_to_json(test::make_diagnosis());
    object.erase(name);
    const auto diagnosis = diagnosis_from_json(object, Timestamp{});
    ASSERT_FALSE(diagnosis) << name;
    EXPECT_EQ(diagnosis.error().message, "the diagnosis lacks \"" + std::string(name) + "\"");
  }
}

TEST(DiagnosisJson, RefusesUnknownMembers) {
  auto object = diagnosis_to_json(test::make_diagnosis());
  object["rootcause"] = "x";
  EXPECT_NE(diagnosis_from_json(object, Timestamp{}).error().message.find("\"rootcause\""),
            std::string::npos);
}

}  // namespace
}  // namespace rounds::api
