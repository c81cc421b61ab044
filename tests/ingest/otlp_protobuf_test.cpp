// OTLP's binary encoding at the level of bytes: order, unknown fields, damage, nesting.
#include <string>

#include <gtest/gtest.h>

#include "tests/ingest/otlp_samples.hpp"

namespace rounds::test {
namespace {

namespace v1 = otlp::v1;

Result<OtlpBatch> decode(std::string_view body) {
  return decode_otlp(OtlpSignal::logs, OtlpEncoding::protobuf, body);
}

// A length-delimited field with a number below 16 and fewer than 128 bytes.
std::string field(int number, const std::string& bytes) {
  return static_cast<char>(number * 8 + 2) + (static_cast<char>(bytes.size()) + bytes);
}

// A request of one scope with the given bytes; `resource` holds further fields of ResourceLogs.
std::string request_of_scope(const std::string& scope, const std::string& resource = {}) {
  return field(1, field(2, scope) + resource);
}

const std::string error_record = "\x10\x11";  // severity_number 17

void expect_malformed(const std::string& body, std::string_view reason) {
  const auto batch = decode(body);
  ASSERT_FALSE(batch.has_value()) << reason;
  EXPECT_EQ(batch.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(batch.error().message.find(reason), std::string::npos) << batch.error().message;
}

TEST(OtlpProtobufBytes, AcceptAnEmptyRequest) {
  for (const OtlpSignal signal : {OtlpSignal::logs, OtlpSignal::traces}) {
    const auto batch = decode_otlp(signal, OtlpEncoding::protobuf, "");
    ASSERT_TRUE(batch.has_value());
    EXPECT_EQ(batch->record_count, 0U);
  }
}

TEST(OtlpProtobufBytes, MayHoldTheResourceBehindItsRecordsAndInParts) {
  const std::string name = field(1, field(1, "service.name") + field(2, field(1, "shop")));
  const std::string language =
      field(1, field(1, "telemetry.sdk.language") + field(2, field(1, "go")));
  const auto batch =
      decode(request_of_scope(field(2, error_record), field(1, name) + field(1, language)));
  ASSERT_TRUE(batch.has_value()) << batch.error().message;
  ASSERT_EQ(batch->occurrences.size(), 1U);
  EXPECT_EQ(batch->occurrences[0].service, "shop");
}

TEST(OtlpProtobufBytes, MayHoldUnknownFieldsOfEveryType) {
  const std::string unknown = std::string("\x78\xFF\x01", 3) +             // varint
                              std::string("\x79") + std::string(8, 'a') +  // 64 bits
                              std::string("\x7A\x02zz", 4) +               // bytes
                              std::string("\x7D") + std::string(4, 'a');   // 32 bits
  const std::string scope = unknown + field(2, error_record + unknown) + unknown;
  const auto batch = decode(unknown + request_of_scope(scope, unknown) + unknown);
  ASSERT_TRUE(batch.has_value()) << batch.error().message;
  EXPECT_EQ(batch->occurrences.size(), 1U);
}

TEST(OtlpProtobufBytes, AreRefusedWhenDamaged) {
  expect_malformed("\x0A", "a length ends too early");
  expect_malformed("\x0A\x05zz", "a field of 5 bytes ends too early");
  expect_malformed("\x0A\x03zz", "a field of 3 bytes ends too early");
  expect_malformed("\x0A\xFF\xFF\xFF\xFF\x0Fzz", "a field of 4294967295 bytes ends too early");
  expect_malformed("\x78", "a field ends too early");
  expect_malformed("\x79zz", "a field ends too early");
  expect_malformed("\x7Dzz", "a field ends too early");
  expect_malformed("\x0B", "resource_logs is not a message");
  expect_malformed("\x08\x01", "resource_logs is not a message");
  expect_malformed("\x7Bzz", "a field ends too early");  // a group, which OTLP does not have
  expect_malformed(std::string(1, '\0'), "a field has no valid number");
  expect_malformed("{}", "a field ends too early");
  expect_malformed(request_of_scope("\x10\x01"), "log record is not a message");
  expect_malformed(request_of_scope(field(2, "\x10")), "a log record is damaged");
  expect_malformed(field(1, field(1, "\x0A\x7F")), "a resource is damaged");
}

// A log record whose body is a map in a map ... `levels` times.
std::string nested_maps(std::size_t levels) {
  v1::ExportLogsServiceRequest request;
  auto& record = *request.add_resource_logs()->add_scope_logs()->add_log_records();
  record.set_severity_number(17);
  v1::AnyValue* value = record.mutable_body();
  for (std::size_t i = 0; i < levels; ++i) {
    value = value->mutable_kvlist_value()->add_values()->mutable_value();
  }
  return request.SerializeAsString();
}

TEST(OtlpProtobufBytes, MayNestUpToTheLimitAndNoDeeper) {
  const auto batch = decode(nested_maps(max_otlp_value_nesting));
  ASSERT_TRUE(batch.has_value()) << batch.error().message;
  ASSERT_EQ(batch->occurrences.size(), 1U);
  EXPECT_EQ(batch->occurrences[0].message.size(), 5 * max_otlp_value_nesting + 4);  // {"":null}
  expect_malformed(nested_maps(max_otlp_value_nesting + 1), "deeper than 32 levels");
}

TEST(OtlpProtobufBytes, CannotExhaustTheStack) {
  std::string bytes;
  const auto prepend_length = [&bytes](int number) {
    std::string head(1, static_cast<char>(number * 8 + 2));
    for (std::size_t rest = bytes.size(); true; rest >>= 7U) {
      head.push_back(static_cast<char>((rest & 0x7FU) | (rest > 0x7F ? 0x80U : 0U)));
      if (rest <= 0x7F) break;
    }
    bytes = head + bytes;
  };
  for (int i = 0; i < 5'000; ++i) {
    prepend_length(1);  // ArrayValue.values
    prepend_length(5);  // AnyValue.array_value
  }
  prepend_length(5);  // LogRecord.body
  for (const int number : {2, 2, 1}) prepend_length(number);
  expect_malformed(bytes, "deeper than 32 levels");
}

}  // namespace
}  // namespace rounds::test
