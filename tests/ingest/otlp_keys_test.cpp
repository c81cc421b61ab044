// Which occurrences of OTLP bodies are told to be the same.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/ingest/otlp_samples.hpp"

namespace rounds::test {
namespace {

constexpr std::uint64_t one_second = 1'767'225'601'000'000'000;
const std::string trace_id(16, '\x01');
const std::string span_id(8, '\x02');

using Logs = otlp::v1::ExportLogsServiceRequest;
using Traces = otlp::v1::ExportTraceServiceRequest;

OtlpBatch decode_it(const Logs& request) {
  return decode_otlp(OtlpSignal::logs, OtlpEncoding::protobuf, request.SerializeAsString()).value();
}

OtlpBatch decode_it(const Traces& request) {
  return decode_otlp(OtlpSignal::traces, OtlpEncoding::protobuf, request.SerializeAsString())
      .value();
}

otlp::v1::LogRecord& add_record(Logs& request) {
  return *request.add_resource_logs()->add_scope_logs()->add_log_records();
}

// An exception on a log record of the one span.
Logs log_of(std::string_view type, std::string_view message, std::string_view stack = "") {
  Logs request;
  otlp::v1::LogRecord& record = add_record(request);
  record.set_time_unix_nano(one_second);
  record.set_trace_id(trace_id);
  record.set_span_id(span_id);
  record.mutable_body()->set_string_value("request failed");
  add_attribute(*record.mutable_attributes(), "exception.type", type);
  add_attribute(*record.mutable_attributes(), "exception.message", message);
  add_attribute(*record.mutable_attributes(), "exception.stacktrace", stack);
  return request;
}

// The same on the span.
Traces span_of(std::string_view type, std::string_view message, std::string_view stack = "") {
  Traces request;
  otlp::v1::Span& span = *request.add_resource_spans()->add_scope_spans()->add_spans();
  span.set_trace_id(trace_id);
  span.set_span_id(span_id);
  otlp::v1::Span::Event& event = *span.add_events();
  event.set_name("exception");
  event.set_time_unix_nano(one_second + 5);
  add_attribute(*event.mutable_attributes(), "exception.type", type);
  add_attribute(*event.mutable_attributes(), "exception.message", message);
  add_attribute(*event.mutable_attributes(), "exception.stacktrace", stack);
  return request;
}

template <typename Request>
OccurrenceKeys keys_of(const Request& request) {
  return decode_it(request).keys.at(0);
}

TEST(OtlpKeys, OfTheRecordedRequestsTellOf150Failures) {
  std::map<RepetitionKey, std::map<OccurrenceSource, std::size_t>> failures;
  std::set<RepetitionKey> deliveries;
  std::set<RepetitionKey> batches;
  for (const OtlpSample& sample : load_otlp_samples()) {
    const auto batch = decode_otlp(sample.signal, sample.encoding, sample.body);
    ASSERT_TRUE(batch.has_value());
    ASSERT_EQ(batch->keys.size(), batch->occurrences.size());
    EXPECT_TRUE(batches.insert(batch->batch_key).second);
    for (const OccurrenceKeys& keys : batch->keys) {
      EXPECT_TRUE(deliveries.insert(keys.delivery).second);
      ++failures[keys.failure][keys.source];
    }
  }
  EXPECT_EQ(deliveries.size(), 225U);
  EXPECT_EQ(failures.size(), 150U);
  for (auto& [key, told] : failures) {
    EXPECT_EQ(told[OccurrenceSource::span_event], 1U);
    EXPECT_LE(told[OccurrenceSource::log_record], 1U);
  }
}

TEST(OtlpKeys, AreTheSameInBothEncodings) {
  const Logs request = log_of("TypeError", "no such user");
  const auto json = decode_otlp(OtlpSignal::logs, OtlpEncoding::json, to_otlp_json(request));
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->keys, decode_it(request).keys);
}

TEST(OtlpKeys, OfAFailureAgreeOnASpanAndALogRecordWhateverTypeAndStackTraceSay) {
  const OccurrenceKeys on_span = keys_of(span_of("ETIMEDOUT", "timed out", "at a\nat b"));
  const OccurrenceKeys on_log = keys_of(log_of("TimeoutError", "timed out", "at a"));
  EXPECT_TRUE(on_span.failure.is_present());
  EXPECT_EQ(on_span.failure, on_log.failure);
  EXPECT_EQ(on_span.source, OccurrenceSource::span_event);
  EXPECT_EQ(on_log.source, OccurrenceSource::log_record);
  EXPECT_NE(on_span.delivery, on_log.delivery);
}

TEST(OtlpKeys, OfAFailureWithoutAMessageGoByItsType) {
  const OccurrenceKeys on_span = keys_of(span_of("java.lang.NullPointerException", ""));
  EXPECT_EQ(on_span.failure, keys_of(log_of("java.lang.NullPointerException", "")).failure);
  EXPECT_NE(on_span.failure, keys_of(span_of("java.io.IOException", "")).failure);
  EXPECT_NE(on_span.failure, keys_of(span_of("", "java.lang.NullPointerException")).failure);
}

TEST(OtlpKeys, TellFailuresOfOneSpanApartByTheirMessages) {
  EXPECT_NE(keys_of(span_of("E", "one")).failure, keys_of(span_of("E", "two")).failure);
}

TEST(OtlpKeys, TellFailuresOfOtherSpansApart) {
  Logs other_span = log_of("E", "m");
  other_span.mutable_resource_logs(0)->mutable_scope_logs(0)->mutable_log_records(0)->set_span_id(
      std::string(8, '\x03'));
  EXPECT_NE(keys_of(log_of("E", "m")).failure, keys_of(other_span).failure);
  Logs without_span = log_of("E", "m");
  without_span.mutable_resource_logs(0)
      ->mutable_scope_logs(0)
      ->mutable_log_records(0)
      ->clear_span_id();
  EXPECT_FALSE(keys_of(without_span).failure.is_present());
  EXPECT_TRUE(keys_of(without_span).delivery.is_present());
}

TEST(OtlpKeys, TellRecordsApartByAllThatTheySay) {
  const auto record_of = [](Logs& request) -> otlp::v1::LogRecord& {
    return *request.mutable_resource_logs(0)->mutable_scope_logs(0)->mutable_log_records(0);
  };
  const Logs original = log_of("E", "m", "s");
  std::set<RepetitionKey> keys{keys_of(original).delivery};
  const auto expect_new = [&](const Logs& changed) {
    EXPECT_TRUE(keys.insert(keys_of(changed).delivery).second);
  };
  EXPECT_FALSE(keys.insert(keys_of(original).delivery).second);
  expect_new(log_of("F", "m", "s"));
  expect_new(log_of("E", "n", "s"));
  expect_new(log_of("E", "m", "t"));
  Logs changed = original;
  record_of(changed).set_time_unix_nano(one_second + 1);
  expect_new(changed);
  changed = original;
  record_of(changed).set_severity_number(21);
  expect_new(changed);
  changed = original;
  add_attribute(*record_of(changed).mutable_attributes(), "order", "17");
  expect_new(changed);
  changed = original;
  add_attribute(*changed.mutable_resource_logs(0)->mutable_resource()->mutable_attributes(),
                "service.instance.id", "pod-2");
  expect_new(changed);
}

TEST(OtlpKeys, AreAbsentWhereARecordHasNeitherTimeNorSpan) {
  Logs request;
  add_record(request).set_severity_number(17);
  OtlpBatch batch = decode_it(request);
  EXPECT_EQ(batch.keys.at(0), OccurrenceKeys{});
  EXPECT_FALSE(batch.batch_key.is_present());
  add_record(request).set_severity_number(17);
  request.mutable_resource_logs(1)
      ->mutable_scope_logs(0)
      ->mutable_log_records(0)
      ->set_time_unix_nano(one_second);
  batch = decode_it(request);
  EXPECT_TRUE(batch.keys.at(1).delivery.is_present());
  EXPECT_FALSE(batch.batch_key.is_present()) << "one record could be another one";
}

}  // namespace
}  // namespace rounds::test
