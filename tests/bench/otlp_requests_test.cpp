#include "bench/support/otlp_requests.hpp"

#include <set>

#include <gtest/gtest.h>

#include "core/fingerprint.hpp"
#include "ingest/otlp.hpp"
#include "tests/support/samples.hpp"

namespace rounds::bench {
namespace {

constexpr std::uint32_t failures = 200;

std::vector<ErrorRecord> some_errors() {
  const auto records = ErrorRecords::load();
  std::vector<ErrorRecord> errors;
  errors.reserve(failures);
  for (std::uint32_t i = 0; i < failures; ++i) errors.push_back(records->failure(i));
  return errors;
}

// The records of a filled request, as the daemon reads them.
std::vector<Occurrence> sent(OtlpForm form, std::string_view request) {
  constexpr std::string_view head_end = "\r\n\r\n";
  const auto encoding = form == OtlpForm::protobuf ? OtlpEncoding::protobuf : OtlpEncoding::json;
  const auto body = request.substr(request.find(head_end) + head_end.size());
  auto batch = decode_otlp_logs(body, encoding, test::at_second(1));
  EXPECT_TRUE(batch) << batch.error().message;
  return batch ? std::move(batch->occurrences) : std::vector<Occurrence>{};
}

class OtlpRequestForms : public testing::TestWithParam<OtlpForm> {};

TEST_P(OtlpRequestForms, HaveNewIdsAndTimesEachTime) {
  OtlpRequest request(GetParam(), some_errors());
  std::set<TraceId> traces;
  std::set<SpanId> spans;
  std::set<Timestamp> times;
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{failures}}) {
    for (const Occurrence& occurrence : sent(GetParam(), request.fill(first))) {
      traces.insert(occurrence.trace_id);
      spans.insert(occurrence.span_id);
      times.insert(occurrence.time);
      EXPECT_EQ(occurrence.severity, severity_error);
      EXPECT_FALSE(occurrence.frames.empty());
    }
  }
  EXPECT_EQ(traces.size(), 2 * failures);
  EXPECT_EQ(spans.size(), 2 * failures);
  EXPECT_EQ(times.size(), 2 * failures);
}

TEST_P(OtlpRequestForms, HaveOneFingerprintForEachFailureWhateverTheIdsInItsTexts) {
  OtlpRequest request(GetParam(), some_errors());
  std::set<std::string> fingerprints;
  std::set<std::string> messages;
  std::size_t records = 0;
  for (std::uint64_t round = 0; round < 5; ++round) {
    for (const Occurrence& occurrence : sent(GetParam(), request.fill(round * failures))) {
      ++records;
      messages.insert(occurrence.message);
      fingerprints.insert(identify(occurrence, FingerprintRules::v2).identity->fingerprint);
    }
  }
  EXPECT_EQ(records, 5 * failures);
  EXPECT_EQ(fingerprints.size(), failures);
  EXPECT_GT(messages.size(), 2 * failures) << "more than half of the messages have ids";
}

INSTANTIATE_TEST_SUITE_P(, OtlpRequestForms, testing::Values(OtlpForm::protobuf, OtlpForm::json),
                         [](const auto& form) {
                           return form.param == OtlpForm::protobuf ? "protobuf" : "json";
                         });

TEST(OtlpRequests, SayTheSameInBothForms) {
  OtlpRequest protobuf(OtlpForm::protobuf, some_errors());
  OtlpRequest json(OtlpForm::json, some_errors());
  const auto left = sent(OtlpForm::protobuf, protobuf.fill(7));
  const auto right = sent(OtlpForm::json, json.fill(7));
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_EQ(left[i].service, right[i].service);
    EXPECT_EQ(left[i].time, right[i].time);
    EXPECT_EQ(left[i].frames, right[i].frames);
  }
}

}  // namespace
}  // namespace rounds::bench
