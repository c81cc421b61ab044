// What becomes of a record: the rules of ingest/otlp.hpp, one by one, in both encodings.
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/ingest/otlp_samples.hpp"

namespace rounds::test {
namespace {

namespace v1 = otlp::v1;

// 2026-01-01T00:00:01Z in nanoseconds.
constexpr std::uint64_t second_one = 1'767'225'601'000'000'000;
constexpr std::string_view stack_text = "Error: a\n    at f (/srv/shop/a.js:1:2)";
constexpr std::string_view damaged = "caf\xC3 \xE2\x82\xAC";  // a cut é, then €
constexpr std::string_view repaired = "caf\xEF\xBF\xBD \xE2\x82\xAC";

class OtlpRules : public testing::TestWithParam<OtlpEncoding> {
 protected:
  OtlpRules() {
    add_attribute(*resource_logs_->mutable_resource()->mutable_attributes(), "service.name",
                  "shop");
    add_attribute(*resource_spans_->mutable_resource()->mutable_attributes(), "service.name",
                  "shop");
    event_->set_name("exception");
  }

  [[nodiscard]] OtlpBatch decode_logs() const { return decode(OtlpSignal::logs, logs_); }
  [[nodiscard]] OtlpBatch decode_traces() const { return decode(OtlpSignal::traces, traces_); }

  // The only error in the log request.
  [[nodiscard]] Occurrence only_log_error() const { return only(decode_logs()); }
  [[nodiscard]] Occurrence only_event() const { return only(decode_traces()); }

  v1::ExportLogsServiceRequest logs_;
  v1::ResourceLogs* resource_logs_ = logs_.add_resource_logs();
  v1::LogRecord* record_ = resource_logs_->add_scope_logs()->add_log_records();
  v1::ExportTraceServiceRequest traces_;
  v1::ResourceSpans* resource_spans_ = traces_.add_resource_spans();
  v1::Span* span_ = resource_spans_->add_scope_spans()->add_spans();
  v1::Span::Event* event_ = span_->add_events();

 private:
  template <typename Request>
  static OtlpBatch decode(OtlpSignal signal, const Request& request) {
    const bool json = GetParam() == OtlpEncoding::json;
    const std::string body = json ? to_otlp_json(request) : request.SerializeAsString();
    auto batch = decode_otlp(signal, GetParam(), body);
    EXPECT_TRUE(batch.has_value()) << batch.error().message;
    EXPECT_EQ(batch->record_count, 1U);
    EXPECT_EQ(batch->rejected_count, 0U);
    EXPECT_EQ(batch->rejection_message, "");
    return std::move(*batch);
  }

  static Occurrence only(const OtlpBatch& batch) {
    EXPECT_EQ(batch.occurrences.size(), 1U);
    return batch.occurrences.empty() ? Occurrence{} : batch.occurrences[0];
  }
};

INSTANTIATE_TEST_SUITE_P(Encodings, OtlpRules,
                         testing::Values(OtlpEncoding::protobuf, OtlpEncoding::json),
                         [](const auto& parameter) {
                           return parameter.param == OtlpEncoding::json ? "Json" : "Protobuf";
                         });

TEST_P(OtlpRules, TakesALogRecordWithoutAnySignOfAnErrorForNone) {
  record_->set_severity_number(16);
  record_->mutable_body()->set_string_value("exception");
  add_attribute(*record_->mutable_attributes(), "exception.stacktrace", stack_text);
  add_attribute(*record_->mutable_attributes(), "exception.type", "");
  EXPECT_TRUE(decode_logs().occurrences.empty());
}

TEST_P(OtlpRules, TakesEachSignOfAnErrorForOne) {
  const std::function<void(v1::LogRecord&)> signs[] = {
      [](v1::LogRecord& record) { record.set_severity_number(17); },
      [](v1::LogRecord& record) { record.set_severity_number(24); },
      [](v1::LogRecord& record) { record.set_event_name("exception"); },
      [](v1::LogRecord& record) {
        add_attribute(*record.mutable_attributes(), "exception.type", "E");
      },
      [](v1::LogRecord& record) {
        add_attribute(*record.mutable_attributes(), "exception.message", "m");
      },
  };
  for (const auto& sign : signs) {
    record_->Clear();
    sign(*record_);
    EXPECT_EQ(decode_logs().occurrences.size(), 1U);
  }
}

TEST_P(OtlpRules, TakesOnlyEventsCalledExceptionForErrors) {
  span_->add_events()->set_name("exceptional");
  span_->add_events()->set_name("exception");
  EXPECT_EQ(decode_traces().occurrences.size(), 2U);
}

TEST_P(OtlpRules, CallsAServiceWithoutANameUnknown) {
  record_->set_severity_number(17);
  auto& attributes = *resource_logs_->mutable_resource()->mutable_attributes();
  attributes.Mutable(0)->mutable_value()->set_string_value("");
  EXPECT_EQ(only_log_error().service, "unknown_service");
  attributes.Clear();
  EXPECT_EQ(only_log_error().service, "unknown_service");
  resource_logs_->clear_resource();
  EXPECT_EQ(only_log_error().service, "unknown_service");
}

TEST_P(OtlpRules, KeepsTheResourcesApart) {
  record_->set_severity_number(17);
  auto& other = *logs_.add_resource_logs();
  *other.add_scope_logs()->add_log_records() = *record_;
  const bool json = GetParam() == OtlpEncoding::json;
  const std::string body = json ? to_otlp_json(logs_) : logs_.SerializeAsString();
  const auto batch = decode_otlp(OtlpSignal::logs, GetParam(), body);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->occurrences.size(), 2U);
  EXPECT_EQ(batch->occurrences[0].service, "shop");
  EXPECT_EQ(batch->occurrences[1].service, "unknown_service");
}

TEST_P(OtlpRules, PrefersTheTimeThenTheObservedTimeThenTheReceipt) {
  record_->set_severity_number(17);
  EXPECT_EQ(only_log_error().time, receipt_time());
  record_->set_observed_time_unix_nano(second_one + 1'999);
  EXPECT_EQ(to_rfc3339(only_log_error().time), "2026-01-01T00:00:01.000001Z");
  record_->set_time_unix_nano(second_one);
  EXPECT_EQ(to_rfc3339(only_log_error().time), "2026-01-01T00:00:01.000000Z");
  EXPECT_EQ(only_event().time, receipt_time());
  event_->set_time_unix_nano(second_one);
  EXPECT_EQ(to_rfc3339(only_event().time), "2026-01-01T00:00:01.000000Z");
}

TEST_P(OtlpRules, AcceptsTheLastTimeThatOtlpCanSay) {
  event_->set_time_unix_nano(UINT64_MAX);
  EXPECT_EQ(to_rfc3339(only_event().time), "2554-07-21T23:34:33.709551Z");
}

TEST_P(OtlpRules, PrefersTheExceptionMessageToTheBody) {
  record_->set_severity_number(17);
  record_->mutable_body()->set_string_value("request failed");
  EXPECT_EQ(only_log_error().message, "request failed");
  add_attribute(*record_->mutable_attributes(), "exception.message", "timed out");
  EXPECT_EQ(only_log_error().message, "timed out");
}

TEST_P(OtlpRules, RendersStructuredBodiesCompactly) {
  record_->set_severity_number(17);
  EXPECT_EQ(only_log_error().message, "");
  auto& body = *record_->mutable_body();
  body.set_int_value(-5);
  EXPECT_EQ(only_log_error().message, "-5");
  body.set_bool_value(true);
  EXPECT_EQ(only_log_error().message, "true");
  body.set_double_value(1.5);
  EXPECT_EQ(only_log_error().message, "1.5");
  body.set_bytes_value(std::string("\x00\xFF", 2));
  EXPECT_EQ(only_log_error().message, "AP8=");
  auto& members = *body.mutable_kvlist_value()->mutable_values();
  add_attribute(members, "k", "a\"\n");
  auto& list = *members.Add();
  list.set_key("l");
  list.mutable_value()->mutable_array_value()->add_values()->set_int_value(1);
  list.mutable_value()->mutable_array_value()->add_values();
  list.mutable_value()->mutable_array_value()->add_values()->set_bytes_value("x");
  EXPECT_EQ(only_log_error().message, R"({"k":"a\"\n","l":[1,null,"eA=="]})");
}

TEST_P(OtlpRules, CallsAnErrorWithoutTypeErrorInBothSignals) {
  record_->set_severity_number(21);
  EXPECT_EQ(only_log_error().error_type, "Error");
  EXPECT_EQ(only_event().error_type, "Error");
  add_attribute(*event_->mutable_attributes(), "exception.type", "E");
  EXPECT_EQ(only_event().error_type, "E");
}

TEST_P(OtlpRules, KeepsTheSeverityInItsRange) {
  const std::pair<int, int> cases[] = {{0, 0}, {-7, 0}, {9, 9}, {21, 21}, {24, 24}, {1000, 24}};
  record_->set_event_name("exception");
  for (const auto& [number, severity] : cases) {
    record_->set_severity_number(number);
    EXPECT_EQ(only_log_error().severity, severity);
  }
  EXPECT_EQ(only_event().severity, severity_error);
}

TEST_P(OtlpRules, DropsIdsOfAWrongLengthAndKeepsTheRest) {
  span_->set_trace_id(std::string(16, '\x0A'));
  span_->set_span_id(std::string(8, '\x0B'));
  EXPECT_EQ(only_event().trace_id.to_hex(), "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a");
  EXPECT_EQ(only_event().span_id.to_hex(), "0b0b0b0b0b0b0b0b");
  for (const std::size_t length : {0U, 1U, 7U, 9U, 15U, 17U}) {
    span_->set_trace_id(std::string(length, '\x0A'));
    span_->set_span_id(std::string(length, '\x0B'));
    EXPECT_FALSE(only_event().trace_id.is_present());
    EXPECT_FALSE(only_event().span_id.is_present());
  }
}

TEST_P(OtlpRules, ReadsFramesByTheLanguageOfTheResource) {
  add_attribute(*event_->mutable_attributes(), "exception.stacktrace", stack_text);
  EXPECT_EQ(only_event().frames.size(), 1U);
  auto& attributes = *resource_spans_->mutable_resource()->mutable_attributes();
  add_attribute(attributes, "telemetry.sdk.language", "python");
  EXPECT_TRUE(only_event().frames.empty());
}

TEST_P(OtlpRules, CutsLongTextsAtACharacter) {
  std::string text = "x";
  while (text.size() <= 2 * limits::max_message_bytes) text += "\xE2\x82\xAC";
  add_attribute(*event_->mutable_attributes(), "exception.type", text);
  add_attribute(*event_->mutable_attributes(), "exception.message", text);
  resource_spans_->mutable_resource()->mutable_attributes(0)->mutable_value()->set_string_value(
      text);
  const Occurrence occurrence = only_event();
  // Characters of three bytes after one of one byte end at 1, 4, 7 and so on.
  EXPECT_EQ(occurrence.error_type, text.substr(0, limits::max_name_bytes));
  EXPECT_EQ(occurrence.service, text.substr(0, limits::max_name_bytes));
  EXPECT_EQ(occurrence.message, text.substr(0, limits::max_message_bytes));
  static_assert(limits::max_name_bytes % 3 == 1 && limits::max_message_bytes % 3 == 1);
}

TEST_P(OtlpRules, CutsLongStructuredBodies) {
  record_->set_severity_number(17);
  for (std::size_t i = 0; i < limits::max_message_bytes; ++i) {
    record_->mutable_body()->mutable_array_value()->add_values()->set_int_value(1);
  }
  const Occurrence occurrence = only_log_error();
  EXPECT_EQ(occurrence.message.size(), limits::max_message_bytes);
  EXPECT_TRUE(occurrence.message.starts_with("[1,1,1"));
}

TEST_P(OtlpRules, RejectsErrorsOverTheLimitOfOneRequestAndKeepsTheOthers) {
  record_->set_severity_number(17);
  auto& records = *resource_logs_->mutable_scope_logs(0)->mutable_log_records();
  while (records.size() < static_cast<int>(limits::max_occurrences_per_submission) + 2) {
    records.Add()->set_severity_number(17);
  }
  records.Add()->set_severity_number(9);
  const bool json = GetParam() == OtlpEncoding::json;
  const std::string body = json ? to_otlp_json(logs_) : logs_.SerializeAsString();
  const auto batch = decode_otlp(OtlpSignal::logs, GetParam(), body);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->occurrences.size(), limits::max_occurrences_per_submission);
  EXPECT_EQ(batch->record_count, limits::max_occurrences_per_submission + 3);
  EXPECT_EQ(batch->rejected_count, 2U);
  EXPECT_EQ(batch->rejected_by, (std::array<std::size_t, otlp_rejections>{0, 0, 0, 2}));
  EXPECT_EQ(batch->rejection_message,
            "more than 65536 errors in one request; send smaller batches");
}

TEST_P(OtlpRules, RejectsASpanOnceHoweverManyOfItsEventsAreOverTheLimit) {
  for (std::size_t i = 0; i < limits::max_occurrences_per_submission + 9; ++i) {
    span_->add_events()->set_name("exception");
  }
  const bool json = GetParam() == OtlpEncoding::json;
  const std::string body = json ? to_otlp_json(traces_) : traces_.SerializeAsString();
  const auto batch = decode_otlp(OtlpSignal::traces, GetParam(), body);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->record_count, 1U);
  EXPECT_EQ(batch->rejected_count, 1U);
}

using OtlpProtobuf = OtlpRules;
INSTANTIATE_TEST_SUITE_P(Encodings, OtlpProtobuf, testing::Values(OtlpEncoding::protobuf));

TEST_P(OtlpProtobuf, ReplacesDamagedUtf8Everywhere) {
  auto& resource = *resource_spans_->mutable_resource();
  resource.mutable_attributes(0)->mutable_value()->set_string_value(std::string(damaged));
  auto& attributes = *event_->mutable_attributes();
  add_attribute(attributes, "exception.type", damaged);
  add_attribute(attributes, "exception.message", damaged);
  add_attribute(attributes, "exception.stacktrace",
                "E\n    at " + std::string(damaged) + " (/srv/" + std::string(damaged) + ":1:2)");
  const Occurrence occurrence = only_event();
  EXPECT_EQ(occurrence.service, repaired);
  EXPECT_EQ(occurrence.error_type, repaired);
  EXPECT_EQ(occurrence.message, repaired);
  ASSERT_EQ(occurrence.frames.size(), 1U);
  EXPECT_EQ(occurrence.frames[0].function, repaired);
  EXPECT_EQ(occurrence.frames[0].filename, "/srv/" + std::string(repaired));
}

TEST_P(OtlpProtobuf, ReplacesDamagedUtf8InStructuredBodies) {
  record_->set_severity_number(17);
  add_attribute(*record_->mutable_body()->mutable_kvlist_value()->mutable_values(), damaged,
                damaged);
  EXPECT_EQ(only_log_error().message,
            "{\"" + std::string(repaired) + "\":\"" + std::string(repaired) + "\"}");
}

}  // namespace
}  // namespace rounds::test
