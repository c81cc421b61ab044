#include "tests/fuzz/properties.hpp"

#include <cstdio>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <xxhash.h>

#include "core/check.hpp"
#include "core/fingerprint.hpp"
#include "core/limits.hpp"
#include "core/signature_store.hpp"
#include "ingest/clean_text.hpp"
#include "ingest/gzip.hpp"

namespace rounds::test {
namespace {

void expect_clean(std::string_view text, std::size_t max_bytes = std::string_view::npos) {
  ROUNDS_CHECK(text.size() <= max_bytes, "a text is within its limit");
  ROUNDS_CHECK(is_clean(text), "a text is valid UTF-8");
}

void expect_sound(const std::vector<StackFrame>& frames) {
  ROUNDS_CHECK(frames.size() <= limits::max_frames, "frames are limited");
  for (const StackFrame& frame : frames) {
    expect_clean(frame.module);
    expect_clean(frame.function);
    expect_clean(frame.filename);
  }
}

}  // namespace

void expect_same_text(std::string_view what, std::string_view left, std::string_view right) {
  if (left == right) return;
  std::fputs(fmt::format("{}:\n  {:?}\n  {:?}\n", what, left, right).c_str(), stderr);
  ROUNDS_CHECK(false, "the same text");
}

bool is_clean(std::string_view text) {
  return clean_text(text) == text;
}

void expect_sound(const Occurrence& occurrence) {
  expect_clean(occurrence.service, limits::max_name_bytes);
  expect_clean(occurrence.error_type, limits::max_name_bytes);
  expect_clean(occurrence.message, limits::max_message_bytes);
  expect_clean(occurrence.thrown_type, limits::max_name_bytes);
  ROUNDS_CHECK(!occurrence.service.empty(), "a service has a name");
  ROUNDS_CHECK(occurrence.severity <= max_severity, "a severity is one of OpenTelemetry's");
  expect_sound(occurrence.frames);
  ROUNDS_CHECK(occurrence.causes.size() <= limits::max_causes, "causes are limited");
  for (const ErrorCause& cause : occurrence.causes) {
    expect_clean(cause.error_type);
    expect_clean(cause.message);
    expect_sound(cause.frames);
  }
  for (const FingerprintRules rules : {FingerprintRules::v1, FingerprintRules::v2}) {
    RecordOccurrences record;
    record.occurrences.push_back(identify(occurrence, rules));
    const auto valid = validate(Submission(std::move(record)));
    ROUNDS_CHECK(valid.has_value(), valid.error().message);
  }
}

void expect_sound(const OtlpBatch& batch) {
  ROUNDS_CHECK(batch.rejected_count <= batch.record_count, "only records are rejected");
  ROUNDS_CHECK(std::accumulate(batch.rejected_by.begin(), batch.rejected_by.end(),
                               std::size_t{0}) == batch.rejected_count,
               "each rejection has a reason");
  ROUNDS_CHECK((batch.rejected_count > 0) == !batch.rejection_message.empty(),
               "a rejection has a reason");
  ROUNDS_CHECK(batch.occurrences.size() <= limits::max_occurrences_per_submission,
               "a batch fits into one submission");
  for (const Occurrence& occurrence : batch.occurrences) expect_sound(occurrence);
}

bool is_chosen(std::string_view input) {
  return XXH3_64bits(input.data(), input.size()) % 16 == 0;
}

std::string repeat(std::string_view part, std::size_t bytes) {
  std::string text;
  if (part.empty()) return text;
  while (text.size() + part.size() <= bytes) text += part;
  return text;
}

std::string decompressed(std::string_view input) {
  constexpr std::size_t limit = 1024 * 1024;
  auto content = gunzip(input, limit);
  ROUNDS_CHECK(!content || content->size() <= limit, "decompression keeps to its limit");
  return content ? *std::move(content) : std::string(input);
}

}  // namespace rounds::test
