// Real requests, cut and damaged: the decoders answer with an error or with sound occurrences.
#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "ingest/clean_text.hpp"
#include "ingest/gzip.hpp"
#include "tests/ingest/otlp_samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

constexpr std::size_t body_limit = 1024 * 1024;

struct Kind {
  OtlpSignal signal;
  OtlpEncoding encoding;
};
constexpr Kind all_kinds[] = {{OtlpSignal::logs, OtlpEncoding::protobuf},
                              {OtlpSignal::logs, OtlpEncoding::json},
                              {OtlpSignal::traces, OtlpEncoding::protobuf},
                              {OtlpSignal::traces, OtlpEncoding::json}};

bool is_clean(const std::string& text, std::size_t max_bytes = std::string::npos) {
  return clean_text(text, max_bytes) == text;
}

void expect_sound(const OtlpBatch& batch) {
  EXPECT_LE(batch.rejected_count, batch.record_count);
  EXPECT_EQ(batch.rejected_count > 0, !batch.rejection_message.empty());
  for (const Occurrence& occurrence : batch.occurrences) {
    EXPECT_FALSE(occurrence.service.empty());
    EXPECT_TRUE(is_clean(occurrence.service, limits::max_name_bytes));
    EXPECT_FALSE(occurrence.error_type.empty());
    EXPECT_TRUE(is_clean(occurrence.error_type, limits::max_name_bytes));
    EXPECT_TRUE(is_clean(occurrence.message, limits::max_message_bytes));
    EXPECT_TRUE(is_valid(occurrence.time));
    EXPECT_LE(occurrence.severity, max_severity);
    EXPECT_LE(occurrence.frames.size(), limits::max_frames);
    for (const StackFrame& frame : occurrence.frames) {
      EXPECT_TRUE(is_clean(frame.module) && is_clean(frame.function) && is_clean(frame.filename));
    }
  }
}

TEST(OtlpRobustness, ACutRequestIsAnErrorOrABeginning) {
  for (const Kind& kind : all_kinds) {
    const OtlpSample sample = load_otlp_sample(kind.signal, kind.encoding);
    const auto whole = decode_otlp(kind.signal, kind.encoding, sample.body);
    ASSERT_TRUE(whole.has_value());
    for (std::size_t length = 0; length < sample.body.size(); ++length) {
      // A copy of its own, so that AddressSanitizer sees every read behind the end.
      const std::string cut = sample.body.substr(0, length);
      const auto batch = decode_otlp(kind.signal, kind.encoding, cut);
      if (!batch) {
        ASSERT_EQ(batch.error().code, ErrorCode::invalid_argument);
        continue;
      }
      ASSERT_LE(batch->occurrences.size(), whole->occurrences.size());
      ASSERT_TRUE(std::equal(batch->occurrences.begin(), batch->occurrences.end(),
                             whole->occurrences.begin()));
    }
  }
}

// Changes one to eight places of `body` in ways that keep it close to well-formed.
void damage(std::string& body, std::mt19937_64& random) {
  const std::uint64_t changes = 1 + random() % 8;
  for (std::uint64_t i = 0; i < changes && !body.empty(); ++i) {
    const std::size_t position = random() % body.size();
    const std::size_t length = std::min<std::size_t>(random() % 64, body.size() - position);
    switch (random() % 5) {
      case 0:
        body[position] = static_cast<char>(random());
        break;
      case 1:
        body[position] = static_cast<char>(body[position] ^ (1 << random() % 8));
        break;
      case 2:
        body.erase(position, length);
        break;
      case 3:
        body.insert(position, body.substr(random() % body.size(), length));
        break;
      default:
        body.insert(position, 1, static_cast<char>(random()));
    }
  }
}

TEST(OtlpRobustness, ADamagedRequestIsAnErrorOrSound) {
  std::mt19937_64 random(random_seed());
  const std::uint64_t rounds = random_rounds(2'000);
  for (const Kind& kind : all_kinds) {
    const OtlpSample sample = load_otlp_sample(kind.signal, kind.encoding);
    std::size_t decoded = 0;
    for (std::uint64_t i = 0; i < rounds; ++i) {
      std::string body = sample.body;
      damage(body, random);
      const auto batch = decode_otlp(kind.signal, kind.encoding, body);
      if (!batch) continue;
      ++decoded;
      expect_sound(*batch);
    }
    // Otherwise the test would say nothing about what gets through.
    if (rounds >= 1'000) EXPECT_GT(decoded, 0U);
  }
}

TEST(OtlpRobustness, ADamagedOrCutGzipBodyIsAnErrorOrWhole) {
  std::mt19937_64 random(random_seed());
  for (const OtlpSample& sample : load_otlp_samples()) {
    if (!sample.compressed) continue;
    for (std::size_t length = 0; length < sample.raw_body.size(); ++length) {
      const auto body = gunzip(sample.raw_body.substr(0, length), body_limit);
      ASSERT_FALSE(body.has_value());
      ASSERT_EQ(body.error().code, ErrorCode::invalid_argument);
    }
    for (int i = 0; i < 200; ++i) {
      std::string raw = sample.raw_body;
      damage(raw, random);
      const auto body = gunzip(raw, body_limit);
      // The checksum lets header fields change, but no content.
      if (body) {
        ASSERT_TRUE(body->starts_with(sample.body));
      }
    }
  }
}

}  // namespace
}  // namespace rounds::test
