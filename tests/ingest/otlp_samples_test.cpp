// The recorded requests of real SDKs, and what is known of them.
#include "tests/ingest/otlp_samples.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "core/fingerprint.hpp"

namespace rounds::test {
namespace {

// Occurrences of the samples `first` to `last` (from 1, inclusive) of one signal.
std::vector<Occurrence> decode_samples(OtlpSignal signal, std::size_t first, std::size_t last) {
  const std::vector<OtlpSample> samples = load_otlp_samples();
  EXPECT_EQ(samples.size(), 24U);
  std::vector<Occurrence> occurrences;
  for (std::size_t i = first; i <= last; ++i) {
    const OtlpSample& sample = samples.at(i - 1);
    if (sample.signal != signal) continue;
    const auto batch = decode_otlp(sample.signal, sample.encoding, sample.body);
    EXPECT_TRUE(batch.has_value()) << sample.name << ": " << batch.error().message;
    EXPECT_EQ(batch->rejected_count, 0U);
    EXPECT_GE(batch->record_count, batch->occurrences.size());
    occurrences.insert(occurrences.end(), batch->occurrences.begin(), batch->occurrences.end());
  }
  return occurrences;
}

std::size_t count(OtlpSignal signal, std::size_t first, std::size_t last) {
  return decode_samples(signal, first, last).size();
}

TEST(OtlpSamples, HoldTheKnownNumbersOfErrors) {
  EXPECT_EQ(count(OtlpSignal::traces, 1, 24), 150U);
  EXPECT_EQ(count(OtlpSignal::traces, 1, 6), 60U);
  EXPECT_EQ(count(OtlpSignal::traces, 7, 12), 30U);
  EXPECT_EQ(count(OtlpSignal::traces, 13, 18), 30U);
  EXPECT_EQ(count(OtlpSignal::traces, 19, 24), 30U);
  EXPECT_EQ(count(OtlpSignal::logs, 1, 24), 75U);
}

TEST(OtlpSamples, CountInfoRecordsButTakeThemForNoErrors) {
  const OtlpSample sample = load_otlp_sample(OtlpSignal::logs, OtlpEncoding::json);
  const auto batch = decode_otlp(sample.signal, sample.encoding, sample.body);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->record_count, 7U);
  EXPECT_EQ(batch->occurrences.size(), 5U);
}

TEST(OtlpSamples, ComeFromTheThreeServicesOfTheShop) {
  std::map<std::string, std::size_t> services;
  for (const Occurrence& occurrence : decode_samples(OtlpSignal::traces, 1, 24)) {
    ++services[occurrence.service];
  }
  EXPECT_EQ(services,
            (std::map<std::string, std::size_t>{{"checkout", 50}, {"gateway", 50}, {"users", 50}}));
}

TEST(OtlpSamples, HaveFramesUnlessAPlainStringWasThrown) {
  for (const OtlpSignal signal : {OtlpSignal::logs, OtlpSignal::traces}) {
    std::size_t without_frames = 0;
    for (const Occurrence& occurrence : decode_samples(signal, 1, 24)) {
      const bool plain_string = occurrence.message.starts_with("plain string ");
      EXPECT_EQ(occurrence.frames.empty(), plain_string) << occurrence.message;
      if (plain_string) ++without_frames;
    }
    EXPECT_GT(without_frames, 0U);
  }
}

TEST(OtlpSamples, NameTheFunctionAndPlaceThatFailed) {
  const OtlpSample sample = load_otlp_sample(OtlpSignal::traces, OtlpEncoding::json);
  const auto batch = decode_otlp(sample.signal, sample.encoding, sample.body);
  ASSERT_TRUE(batch.has_value());
  const Occurrence& first = batch->occurrences.at(0);
  EXPECT_EQ(first.service, "checkout");
  EXPECT_EQ(first.error_type, "ETIMEDOUT");
  EXPECT_EQ(first.message, "Connection to 10.0.0.0:5432 timed out after 30ms");
  EXPECT_EQ(first.severity, severity_error);
  EXPECT_EQ(to_rfc3339(first.time), "2026-11-23T09:42:30.619933Z");
  EXPECT_EQ(first.trace_id.to_hex(), "81c11a44ec8bf47b170f6ef486532afb");
  EXPECT_EQ(first.span_id.to_hex(), "f36beda350e982ac");
  ASSERT_EQ(first.frames.size(), 8U);
  EXPECT_EQ(first.frames[0], (StackFrame{"shop/app.mjs", "dial", "/srv/shop/app.mjs", 14}));
  EXPECT_EQ(first.frames[2], (StackFrame{"shop/app.mjs", "", "/srv/shop/app.mjs", 20}));
  EXPECT_EQ(first.frames[5].module, "@opentelemetry/api/build/src/api/context.js");
}

TEST(OtlpSamples, HaveIdsAndTimesOfTheirOwn) {
  for (const OtlpSignal signal : {OtlpSignal::logs, OtlpSignal::traces}) {
    for (const Occurrence& occurrence : decode_samples(signal, 1, 24)) {
      EXPECT_TRUE(occurrence.trace_id.is_present());
      EXPECT_TRUE(occurrence.span_id.is_present());
      EXPECT_NE(occurrence.time, receipt_time());
      EXPECT_GE(occurrence.severity, severity_error);
    }
  }
}

TEST(OtlpSamples, RepeatEverySecondSpanEventAsALogRecord) {
  std::map<std::pair<TraceId, SpanId>, Occurrence> events;
  for (const Occurrence& event : decode_samples(OtlpSignal::traces, 1, 24)) {
    events[{event.trace_id, event.span_id}] = event;
  }
  EXPECT_EQ(events.size(), 150U);
  for (const Occurrence& record : decode_samples(OtlpSignal::logs, 1, 24)) {
    const auto event = events.find({record.trace_id, record.span_id});
    ASSERT_NE(event, events.end());
    EXPECT_EQ(record.message, event->second.message);
    EXPECT_EQ(record.frames, event->second.frames);
    EXPECT_EQ(record.service, event->second.service);
  }
}

template <typename Request>
void expect_same_as_json(const OtlpSample& sample) {
  Request request;
  ASSERT_TRUE(request.ParseFromString(sample.body));
  const auto binary = decode_otlp(sample.signal, OtlpEncoding::protobuf, sample.body);
  const auto text = decode_otlp(sample.signal, OtlpEncoding::json, to_otlp_json(request));
  ASSERT_TRUE(binary.has_value() && text.has_value()) << sample.name;
  EXPECT_FALSE(binary->occurrences.empty());
  EXPECT_EQ(binary->occurrences, text->occurrences) << sample.name;
  EXPECT_EQ(binary->record_count, text->record_count);
}

TEST(OtlpSamples, MakeFewerSignaturesWithBetterRules) {
  std::map<FingerprintRules, std::set<std::string>> fingerprints;
  std::size_t occurrences = 0;
  for (const OtlpSignal signal : {OtlpSignal::logs, OtlpSignal::traces}) {
    for (const Occurrence& occurrence : decode_samples(signal, 1, 24)) {
      ++occurrences;
      for (const FingerprintRules rules : {FingerprintRules::v1, FingerprintRules::v2}) {
        fingerprints[rules].insert(identify(occurrence, rules).identity->fingerprint);
      }
    }
  }
  EXPECT_EQ(occurrences, 225U);
  EXPECT_EQ(fingerprints[FingerprintRules::v1].size(), 47U);
  EXPECT_EQ(fingerprints[FingerprintRules::v2].size(), 18U);
}

TEST(OtlpSamples, ReadTheSameInBothEncodings) {
  for (const OtlpSample& sample : load_otlp_samples()) {
    if (sample.encoding != OtlpEncoding::protobuf) continue;
    if (sample.signal == OtlpSignal::logs) {
      expect_same_as_json<otlp::v1::ExportLogsServiceRequest>(sample);
    } else {
      expect_same_as_json<otlp::v1::ExportTraceServiceRequest>(sample);
    }
  }
}

}  // namespace
}  // namespace rounds::test
