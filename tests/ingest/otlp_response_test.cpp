// Answers, in the encoding of the request.
#include <gtest/gtest.h>

#include "ingest/otlp.hpp"
#include "ingest/otlp.pb.h"

namespace rounds::test {
namespace {

constexpr OtlpEncoding json = OtlpEncoding::json;
constexpr OtlpEncoding protobuf = OtlpEncoding::protobuf;

TEST(OtlpResponse, LeavesPartialSuccessUnsetWhenAllWasTaken) {
  for (const OtlpSignal signal : {OtlpSignal::logs, OtlpSignal::traces}) {
    EXPECT_EQ(otlp_success_response(signal, json, 0, ""), "{}");
    EXPECT_EQ(otlp_success_response(signal, protobuf, 0, ""), "");
  }
}

TEST(OtlpResponse, TellsInJsonWhatWasRejected) {
  EXPECT_EQ(otlp_success_response(OtlpSignal::logs, json, 2, "too \"late\""),
            R"({"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too \"late\""}})");
  EXPECT_EQ(otlp_success_response(OtlpSignal::traces, json, 1, "late"),
            R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"late"}})");
}

TEST(OtlpResponse, TellsInProtobufWhatWasRejected) {
  EXPECT_EQ(otlp_success_response(OtlpSignal::logs, protobuf, 2, "late"),
            "\x0A\x08\x08\x02\x12\x04late");
}

TEST(OtlpResponse, GivesErrorsAsARpcStatus) {
  EXPECT_EQ(otlp_error_response(json, 3, "bad"), R"({"code":3,"message":"bad"})");
  EXPECT_EQ(otlp_error_response(protobuf, 3, "bad"),
            "\x08\x03\x12\x03"
            "bad");
}

TEST(OtlpResponse, IsValidUtf8WhateverTheMessageQuotes) {
  EXPECT_EQ(otlp_error_response(json, 3, "caf\xC3"),
            "{\"code\":3,\"message\":\"caf\xEF\xBF\xBD\"}");
  otlp::v1::Status status;
  ASSERT_TRUE(status.ParseFromString(otlp_error_response(protobuf, 3, "caf\xC3")));
  EXPECT_EQ(status.message(), "caf\xEF\xBF\xBD");
}

}  // namespace
}  // namespace rounds::test
