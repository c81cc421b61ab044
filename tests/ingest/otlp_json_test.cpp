// OTLP's JSON encoding: its liberties, its limits, and errors that name the path.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/ingest/otlp_samples.hpp"

namespace rounds::test {
namespace {

Result<OtlpBatch> decode_logs(std::string_view body) {
  return decode_otlp(OtlpSignal::logs, OtlpEncoding::json, body);
}

// A request of one log record with the given members.
std::string request_of(std::string_view members) {
  return fmt::format(R"({{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{}}}]}}]}}]}})",
                     members);
}

// The only occurrence in a request of one error record with the given members.
Occurrence only_error(std::string_view members) {
  const auto batch = decode_logs(request_of(fmt::format(R"("severityNumber":17,{})", members)));
  EXPECT_TRUE(batch.has_value()) << batch.error().message;
  EXPECT_EQ(batch->occurrences.size(), 1U);
  return batch->occurrences.empty() ? Occurrence{} : batch->occurrences[0];
}

void expect_refused(OtlpSignal signal, std::string_view body, std::string_view message) {
  const auto batch = decode_otlp(signal, OtlpEncoding::json, body);
  ASSERT_FALSE(batch.has_value()) << body;
  EXPECT_EQ(batch.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(batch.error().message.find(message), std::string::npos) << batch.error().message;
}

TEST(OtlpJson, AcceptsEmptyRequests) {
  for (const std::string_view body :
       {"{}", " {} \n", R"({"resourceLogs":[]})", R"({"resourceLogs":null})",
        R"({"resourceLogs":[{}]})", R"({"resourceLogs":[{"resource":null,"scopeLogs":[{}]}]})"}) {
    const auto batch = decode_logs(body);
    ASSERT_TRUE(batch.has_value()) << body << batch.error().message;
    EXPECT_EQ(batch->record_count, 0U);
  }
}

TEST(OtlpJson, Accepts64BitIntegersAsNumbersAndStrings) {
  const auto expected = "2026-01-01T00:00:01.000002Z";
  for (const std::string_view time :
       {R"("1767225601000002000")", "1767225601000002000", "1.767225601000002e18"}) {
    EXPECT_EQ(to_rfc3339(only_error(fmt::format(R"("timeUnixNano":{})", time)).time), expected);
    EXPECT_EQ(to_rfc3339(only_error(fmt::format(R"("observedTimeUnixNano":{})", time)).time),
              expected);
  }
  for (const std::string_view number : {R"("-42")", "-42", "-42.0"}) {
    EXPECT_EQ(only_error(fmt::format(R"("body":{{"intValue":{}}})", number)).message, "-42");
  }
  EXPECT_EQ(only_error(R"("body":{"intValue":"9223372036854775807"})").message,
            "9223372036854775807");
}

TEST(OtlpJson, AcceptsIdsOfAnyCaseAndDropsBadOnes) {
  const Occurrence good =
      only_error(R"("traceId":"0A0b0C0d0A0b0C0d0A0b0C0d0A0b0C0d","spanId":"EEE19B7EC3C1B174")");
  EXPECT_EQ(good.trace_id.to_hex(), "0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d");
  EXPECT_EQ(good.span_id.to_hex(), "eee19b7ec3c1b174");
  for (const std::string_view id : {"", "0a", "0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0",
                                    "xx0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d", "Cgs0b0c0d0a0b0c0dA=="}) {
    const Occurrence bad = only_error(fmt::format(R"("traceId":"{0}","spanId":"{0}")", id));
    EXPECT_FALSE(bad.trace_id.is_present()) << id;
    EXPECT_FALSE(bad.span_id.is_present()) << id;
  }
}

TEST(OtlpJson, IgnoresUnknownMembersWhateverTheirType) {
  const Occurrence occurrence =
      only_error(R"("body":{"stringValue":"b","newValue":[{}]},"newMember":{"a":[1,null,{}]},)"
                 R"("severityText":5)");
  EXPECT_EQ(occurrence.message, "b");
  const auto batch =
      decode_logs(R"({"x":5,"resourceLogs":[{"y":[],"resource":{"z":1,"attributes":[{"w":2}]}}],)"
                  R"("resource_logs":5})");
  EXPECT_TRUE(batch.has_value()) << batch.error().message;
}

TEST(OtlpJson, AcceptsSpecialDoublesAndBothAlphabetsOfBase64) {
  EXPECT_EQ(only_error(R"("body":{"doubleValue":"NaN"})").message, "nan");
  EXPECT_EQ(only_error(R"("body":{"doubleValue":"-Infinity"})").message, "-inf");
  EXPECT_EQ(only_error(R"("body":{"doubleValue":3})").message, "3");
  EXPECT_EQ(only_error(R"("body":{"bytesValue":"-_8"})").message, "+/8=");
  EXPECT_EQ(only_error(R"("body":{"bytesValue":""})").message, "");
}

TEST(OtlpJson, RejectsSingleRecordsWhoseTimeDoesNotFit) {
  for (const std::string_view time :
       {"-1", R"("-1")", "18446744073709551616", R"("18446744073709551616")", "1e300"}) {
    const auto batch = decode_logs(fmt::format(
        R"({{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[
            {{"severityNumber":17,"timeUnixNano":{0}}},
            {{"severityNumber":17,"observedTimeUnixNano":{0}}},
            {{"severityNumber":17,"timeUnixNano":1,"observedTimeUnixNano":{0}}}]}}]}}]}})",
        time));
    ASSERT_TRUE(batch.has_value()) << time << batch.error().message;
    EXPECT_EQ(batch->record_count, 3U);
    EXPECT_EQ(batch->rejected_count, 2U) << time;
    EXPECT_EQ(batch->rejected_by, (std::array<std::size_t, otlp_rejections>{2, 0, 0, 0})) << time;
    EXPECT_EQ(batch->occurrences.size(), 1U);
    EXPECT_EQ(batch->rejection_message,
              "the time of resourceLogs[0].scopeLogs[0].logRecords[0] does not fit 64 bits");
  }
  const auto traces = decode_otlp(OtlpSignal::traces, OtlpEncoding::json,
                                  R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"events":[
              {"name":"exception","timeUnixNano":-1},
              {"name":"exception","timeUnixNano":1}]}]}]}]})");
  ASSERT_TRUE(traces.has_value());
  EXPECT_EQ(traces->rejected_count, 1U);
  EXPECT_TRUE(traces->occurrences.empty());
}

TEST(OtlpJson, RefusesWrongTypesAndNamesThePath) {
  expect_refused(OtlpSignal::logs, "[]", "the document must be an object, not an array");
  expect_refused(OtlpSignal::logs, "null", "the document must be an object, not null");
  expect_refused(OtlpSignal::logs, R"({"resourceLogs":5})",
                 "resourceLogs must be an array, not a number");
  expect_refused(OtlpSignal::traces, R"({"resourceSpans":{}})",
                 "resourceSpans must be an array, not an object");
  expect_refused(OtlpSignal::logs, R"({"resourceLogs":[{},"x"]})",
                 "resourceLogs[1] must be an object, not a string");
  expect_refused(OtlpSignal::logs, R"({"resourceLogs":[{"resource":"x"}]})",
                 "resourceLogs[0].resource must be an object, not a string");
  expect_refused(OtlpSignal::logs, R"({"resourceLogs":[{"resource":{"attributes":[{"key":1}]}}]})",
                 "resourceLogs[0].resource.attributes[0].key must be a string, not a number");
  expect_refused(OtlpSignal::logs, R"({"resourceLogs":[{"scopeLogs":[null]}]})",
                 "resourceLogs[0].scopeLogs[0] must be an object, not null");
  expect_refused(OtlpSignal::traces,
                 R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"events":[{"name":1}]}]}]}]})",
                 "resourceSpans[0].scopeSpans[0].spans[0].events[0].name must be a string");
  expect_refused(OtlpSignal::traces,
                 R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"events":[)"
                 R"({"timeUnixNano":"x"}]}]}]}]})",
                 "spans[0].events[0].timeUnixNano must be an integer of nanoseconds");
}

TEST(OtlpJson, RefusesWrongTypesInsideRecords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("traceId":5)", "traceId must be a string, not a number"},
      {R"("spanId":{})", "spanId must be a string, not an object"},
      {R"("severityNumber":"17")", "severityNumber must be a small integer, not a string"},
      {R"("severityNumber":"SEVERITY_NUMBER_ERROR")", "severityNumber must be a small integer"},
      {R"("severityNumber":1.5)", "severityNumber must be a small integer"},
      {R"("severityNumber":4294967296)", "severityNumber must be a small integer"},
      {R"("timeUnixNano":"")", "timeUnixNano must be an integer of nanoseconds"},
      {R"("timeUnixNano":"12x")", "timeUnixNano must be an integer of nanoseconds"},
      {R"("timeUnixNano":0.5)", "timeUnixNano must be an integer of nanoseconds"},
      {R"("timeUnixNano":true)", "timeUnixNano must be an integer of nanoseconds, not a boolean"},
      {R"("observedTimeUnixNano":[])", "observedTimeUnixNano must be an integer of nanoseconds"},
      {R"("eventName":5)", "eventName must be a string"},
      {R"("body":"text")", "body must be an object, not a string"},
      {R"("body":{"stringValue":5})", "body.stringValue must be a string, not a number"},
      {R"("body":{"boolValue":"true"})", "body.boolValue must be a boolean"},
      {R"("body":{"intValue":"x"})", "body.intValue must be a 64-bit integer"},
      {R"("body":{"intValue":"9223372036854775808"})", "body.intValue must be a 64-bit integer"},
      {R"("body":{"doubleValue":"1.5x"})", "body.doubleValue must be a number"},
      {R"("body":{"bytesValue":"%%%%"})", "body.bytesValue must be a string of base64"},
      {R"("body":{"bytesValue":"A"})", "body.bytesValue must be a string of base64"},
      {R"("body":{"arrayValue":[]})", "body.arrayValue must be an object, not an array"},
      {R"("body":{"arrayValue":{"values":[5]}})", "body.arrayValue.values[0] must be an object"},
      {R"("body":{"kvlistValue":{"values":{}}})", "body.kvlistValue.values must be an array"},
      {R"("attributes":[{"key":"k","value":"v"}])", "attributes[0].value must be an object"},
      {R"("attributes":[{"key":"k","value":{"kvlistValue":{"values":[{"value":5}]}}}])",
       "attributes[0].value.kvlistValue.values[0].value must be an object, not a number"},
  };
  for (const auto& [members, message] : cases) {
    expect_refused(OtlpSignal::logs, request_of(members),
                   "resourceLogs[0].scopeLogs[0].logRecords[0]." + std::string(message));
  }
}

TEST(OtlpJson, RefusesWhatIsNotJson) {
  expect_refused(OtlpSignal::logs, "", "not valid JSON");
  expect_refused(OtlpSignal::logs, "{", "at byte 1 of 1");
  expect_refused(OtlpSignal::logs, "{} x", "something follows the JSON document (at byte 3 of 4)");
  expect_refused(OtlpSignal::logs, "{'a':1}", "not valid JSON");
  expect_refused(OtlpSignal::logs, "{\"a\":\"caf\xC3\"}", "not valid JSON");
  expect_refused(OtlpSignal::logs, R"({"a":"\ud800"})", "not valid JSON");
}

std::string nested_maps(std::size_t levels) {
  std::string value = R"({"stringValue":"x"})";
  for (std::size_t i = 0; i < levels; ++i) {
    value = R"({"kvlistValue":{"values":[{"key":"","value":)" + value + "}]}}";
  }
  return value;
}

TEST(OtlpJson, MayNestUpToTheLimitAndNoDeeper) {
  for (const std::string_view place : {R"("body":{})", R"("attributes":[{{"value":{}}}])"}) {
    const auto members = [place](std::size_t levels) {
      return fmt::format(fmt::runtime(place), nested_maps(levels));
    };
    EXPECT_TRUE(decode_logs(request_of(members(max_otlp_value_nesting))).has_value());
    expect_refused(OtlpSignal::logs, request_of(members(max_otlp_value_nesting + 1)),
                   "levels deep");
  }
}

TEST(OtlpJson, CannotExhaustTheStack) {
  expect_refused(OtlpSignal::logs, std::string(1'000'000, '['), "levels deep");
  expect_refused(OtlpSignal::logs, request_of(R"("body":)" + nested_maps(5'000)), "levels deep");
}

}  // namespace
}  // namespace rounds::test
