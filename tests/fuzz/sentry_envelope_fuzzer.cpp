#include <string>

#include <fmt/format.h>

#include "core/check.hpp"
#include "ingest/content_encoding.hpp"
#include "ingest/sentry_envelope.hpp"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/properties.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

constexpr std::string_view project = "7";

void check_batch(const Result<SentryBatch>& batch, std::size_t body_bytes) {
  if (!batch) {
    ROUNDS_CHECK(batch.error().code == ErrorCode::invalid_argument ||
                     batch.error().code == ErrorCode::too_large,
                 "a bad body is the client's");
    ROUNDS_CHECK(!batch.error().message.empty(), "an error says what is wrong");
    return;
  }
  ROUNDS_CHECK(batch->keys.size() == batch->occurrences.size(), "there are keys for each event");
  ROUNDS_CHECK((batch->damaged_count > 0) == !batch->damage.empty(), "damage has a reason");
  ROUNDS_CHECK(batch->occurrences.size() + batch->below_error_count <= max_sentry_items,
               "items are limited");
  ROUNDS_CHECK(batch->damaged_count + batch->skipped_count <= body_bytes, "items have bytes");
  const bool has_events = !batch->occurrences.empty() || batch->below_error_count > 0;
  ROUNDS_CHECK(!has_events || !batch->event_id.empty(), "an event has an id");
  ROUNDS_CHECK(batch->event_id.empty() || batch->event_id.size() == 32, "an id has 32 digits");
  for (const Occurrence& occurrence : batch->occurrences) expect_sound(occurrence);
}

// An envelope of the event `body` says what the body alone says.
void check_framing(const SentryBatch& alone, std::string_view body) {
  const std::string envelope = fmt::format("{{}}\n{{\"type\":\"event\",\"length\":{}}}\n{}\n{}",
                                           body.size(), body, "{\"type\":\"session\"}\n{}");
  const auto batch = decode_sentry_envelope(envelope, project, at_second(1000));
  ROUNDS_CHECK(batch.has_value(), "an envelope with a header is one");
  ROUNDS_CHECK(batch->damaged_count == 0, batch->damage);
  ROUNDS_CHECK(batch->occurrences == alone.occurrences, "the frame changes nothing");
  ROUNDS_CHECK(batch->skipped_count == alone.skipped_count + 1, "a session is skipped");
}

void check_keys(std::string_view body) {
  // A byte that is not UTF-8 is read as U+FFFD, which takes three.
  constexpr std::size_t replacement_bytes = 3;
  const std::string key = sentry_key_in_envelope(body);
  ROUNDS_CHECK(key.size() <= replacement_bytes * body.size(), "a key is a part of the body");
  ROUNDS_CHECK(is_clean(key), "a key is valid UTF-8");
  ROUNDS_CHECK(key.find_first_of("/:") == std::string::npos, "a key ends where the DSN goes on");
  ROUNDS_CHECK(!sentry_key_in_field(body).contains(','), "a key is one part of the field");
}

}  // namespace

void fuzz_sentry_envelope(std::string_view input) {
  constexpr std::size_t max_bytes = 256 * 1024;
  for (const auto encoding : {ContentEncoding::deflate, ContentEncoding::brotli}) {
    const auto content = decompress(input, encoding, max_bytes);
    ROUNDS_CHECK(!content || content->size() <= max_bytes, "decompression keeps to its limit");
  }
  const std::string body = decompressed(input);
  check_batch(decode_sentry_envelope(body, project, at_second(1000)), body.size());
  const auto event = decode_sentry_event(body, project, at_second(1000));
  check_batch(event, body.size());
  if (event && body.starts_with('{')) check_framing(*event, body);
  check_keys(body);
}

}  // namespace rounds::test
