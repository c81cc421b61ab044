// What one request may make the decoders hold.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ingest/otlp.pb.h"
#include "tests/ingest/otlp_samples.hpp"

namespace rounds::test {
namespace {

// A request of one ERROR record with so many attributes.
otlp::v1::ExportLogsServiceRequest request_with(std::size_t attributes, std::string body) {
  otlp::v1::ExportLogsServiceRequest request;
  auto* record = request.add_resource_logs()->add_scope_logs()->add_log_records();
  record->set_severity_number(severity_error);
  record->mutable_body()->set_string_value(std::move(body));
  for (std::size_t i = 0; i < attributes; ++i) record->add_attributes()->set_key("k");
  return request;
}

OtlpBatch decoded(const otlp::v1::ExportLogsServiceRequest& request) {
  return decode_otlp(OtlpSignal::logs, OtlpEncoding::protobuf, request.SerializeAsString()).value();
}

TEST(OtlpLimits, ARecordHasAThousandAttributesAtMost) {
  EXPECT_EQ(decoded(request_with(max_otlp_attributes, "b")).occurrences.size(), 1U);
  const OtlpBatch refused = decoded(request_with(max_otlp_attributes + 1, "b"));
  EXPECT_TRUE(refused.occurrences.empty());
  EXPECT_EQ(refused.rejected_count, 1U);
  EXPECT_EQ(refused.rejected_by, (std::array<std::size_t, otlp_rejections>{0, 0, 1, 0}));
  EXPECT_NE(refused.rejection_message.find("1025 attributes"), std::string::npos);
}

TEST(OtlpLimits, AnEventOfASpanHasAsMany) {
  std::string attributes = R"({"key":"exception.type","value":{"stringValue":"E"}})";
  for (std::size_t i = 0; i < max_otlp_attributes; ++i) attributes += R"(,{"key":"k"})";
  const std::string body = fmt::format(
      R"({{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"events":[{{"name":"exception",)"
      R"("attributes":[{}]}}]}}]}}]}}]}})",
      attributes);
  const auto refused = decode_otlp(OtlpSignal::traces, OtlpEncoding::json, body);
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_TRUE(refused->occurrences.empty());
  EXPECT_EQ(refused->rejected_count, 1U);
}

TEST(OtlpLimits, ARecordHasAMebibyteAtMostAndOthersCount) {
  auto request = request_with(0, std::string(max_otlp_record_bytes, 'x'));
  request.MergeFrom(request_with(0, "small"));
  const OtlpBatch batch = decoded(request);
  ASSERT_EQ(batch.occurrences.size(), 1U);
  EXPECT_EQ(batch.occurrences.front().message, "small");
  EXPECT_EQ(batch.rejected_count, 1U);
  EXPECT_EQ(batch.rejected_by, (std::array<std::size_t, otlp_rejections>{0, 1, 0, 0}));
  EXPECT_EQ(batch.record_count, 2U);
}

TEST(OtlpLimits, AJsonBodyHasEightMillionValuesAtMost) {
  const std::string body = "{\"a\":[0" + [] {
    std::string more;
    for (std::size_t i = 0; i < max_otlp_json_values; ++i) more += ",0";
    return more;
  }() + "]}";
  const auto refused = decode_otlp(OtlpSignal::logs, OtlpEncoding::json, body);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace rounds::test
