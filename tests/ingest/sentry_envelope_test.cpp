// The framing of envelopes: items, lengths, damage, and what each of them counts as.
#include "ingest/sentry_envelope.hpp"

#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "core/limits.hpp"
#include "ingest/base64.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

constexpr std::string_view id = "9ec79c33ec9942ab8353589fcb2e04dc";
const std::string header = fmt::format(R"({{"event_id":"{}","dsn":"http://key@localhost/7"}})", id);

std::string error_event(std::string_view message) {
  return fmt::format(R"({{"exception":{{"values":[{{"type":"TypeError","value":"{}"}}]}}}})",
                     message);
}

std::string item(std::string_view type, std::string_view payload) {
  return fmt::format("\n{{\"type\":\"{}\",\"length\":{}}}\n{}", type, payload.size(), payload);
}

SentryBatch decode(std::string_view body) {
  // A copy of its own, so that AddressSanitizer sees every read behind the end.
  auto batch = decode_sentry_envelope(std::string(body), "7", at_second(1000));
  EXPECT_TRUE(batch.has_value()) << batch.error().message;
  return batch.value_or(SentryBatch{});
}

std::vector<std::string> messages(const SentryBatch& batch) {
  std::vector<std::string> result;
  result.reserve(batch.occurrences.size());
  for (const Occurrence& occurrence : batch.occurrences) result.push_back(occurrence.message);
  return result;
}

using Messages = std::vector<std::string>;

TEST(SentryEnvelope, ReadsItemsWithAndWithoutALength) {
  const std::string body = header + item("event", error_event("one")) + "\n{\"type\":\"event\"}\n" +
                           error_event("two") + "\n\n" + item("event", error_event("three")) + "\n";
  const SentryBatch batch = decode(body);
  EXPECT_EQ(messages(batch), (Messages{"one", "two", "three"}));
  EXPECT_EQ(batch.damaged_count, 0U) << batch.damage;
  EXPECT_EQ(batch.event_id, id);
}

TEST(SentryEnvelope, AnEnvelopeMayHaveNoItems) {
  for (const std::string_view end : {"", "\n", "\n\n"}) {
    const SentryBatch batch = decode(header + std::string(end));
    EXPECT_TRUE(batch.occurrences.empty());
    EXPECT_EQ(batch.damaged_count + batch.skipped_count, 0U);
  }
}

TEST(SentryEnvelope, AByteCountedPayloadMayHaveNewlines) {
  const SentryBatch batch = decode(header + item("attachment", "a\n{\"type\":\"event\"}\nb\n\n") +
                                   item("event", "{\n\"message\": \"over two lines\"\n}"));
  EXPECT_EQ(messages(batch), Messages{"over two lines"});
  EXPECT_EQ(batch.skipped_count, 1U);
  EXPECT_EQ(batch.damaged_count, 0U) << batch.damage;
}

TEST(SentryEnvelope, SkipsItemsThatReportNoError) {
  std::string body = header;
  for (const std::string_view type : {"transaction", "session", "sessions", "client_report",
                                      "attachment", "replay_event", "log", "something_new"}) {
    body += item(type, "{}");
  }
  const SentryBatch batch = decode(body + item("event", error_event("kept")));
  EXPECT_EQ(messages(batch), Messages{"kept"});
  EXPECT_EQ(batch.skipped_count, 8U);
  EXPECT_EQ(batch.damaged_count, 0U);
}

TEST(SentryEnvelope, ADamagedItemCostsNoOtherOne) {
  for (const std::string_view damaged :
       {"\nnot json\n{}", "\n{\"length\":2}\n{}", "\n[]\n{}", "\n{\"type\":5}\n{}",
        "\n{\"type\":\"event\"}\n{\"exception\":", "\n{\"type\":\"event\",\"length\":3}\n[1]",
        "\n{\"type\":\"event\"}\n\n", "\n\xFF\xFE\x01\n\x02", "\n{\"type\":\"event\"}\nnull"}) {
    const SentryBatch batch = decode(header + item("event", error_event("before")) +
                                     std::string(damaged) + item("event", error_event("behind")));
    EXPECT_EQ(messages(batch), (Messages{"before", "behind"})) << damaged;
    EXPECT_EQ(batch.damaged_count, 1U) << damaged;
    EXPECT_FALSE(batch.damage.empty());
  }
}

TEST(SentryEnvelope, AWrongLengthCostsNothingIfThePayloadIsOneLine) {
  for (const std::string_view length :
       {"1", "4", "100000", "18446744073709551615", "-1", "1e300", "null", "\"12\"", "0.5"}) {
    const std::string body =
        fmt::format("{}\n{{\"type\":\"event\",\"length\":{}}}\n{}{}", header, length,
                    error_event("one"), item("event", error_event("two")));
    const SentryBatch batch = decode(body);
    EXPECT_EQ(messages(batch), (Messages{"one", "two"})) << length;
    EXPECT_EQ(batch.damaged_count, 0U) << batch.damage;
  }
}

TEST(SentryEnvelope, ACutEnvelopeKeepsWhatIsWhole) {
  const std::string body = header + item("event", error_event("one")) + item("session", "{}") +
                           item("event", error_event("two"));
  for (std::size_t length = header.size(); length <= body.size(); ++length) {
    const SentryBatch batch = decode(body.substr(0, length));
    const std::size_t one_end = header.size() + item("event", error_event("one")).size();
    EXPECT_EQ(batch.occurrences.size(),
              (length >= one_end ? 1U : 0U) + (length == body.size() ? 1U : 0U))
        << length;
    EXPECT_LE(batch.damaged_count, 1U);
  }
}

TEST(SentryEnvelope, RefusesWhatDoesNotBeginAsOne) {
  const std::string long_header = "{\"a\":\"" + std::string(max_sentry_header_bytes, 'a') + "\"}";
  for (const std::string& body :
       {std::string(), std::string("\n"), std::string("[]\n"), std::string("hello"),
        std::string("{\"event_id\":"), std::string("\x1F\x8B\x08"), long_header}) {
    const auto batch = decode_sentry_envelope(body, "7", at_second(1000));
    ASSERT_FALSE(batch.has_value()) << body.substr(0, 20);
    EXPECT_EQ(batch.error().code, ErrorCode::invalid_argument);
    EXPECT_FALSE(batch.error().message.empty());
  }
}

TEST(SentryEnvelope, EventsAndTheirNumberAreLimited) {
  const SentryBatch large =
      decode(header + item("event", error_event(std::string(max_sentry_event_bytes, 'x'))) +
             item("event", error_event("behind")));
  EXPECT_EQ(messages(large), Messages{"behind"});
  EXPECT_EQ(large.damaged_count, 1U);
  EXPECT_NE(large.damage.find("2097152"), std::string::npos) << large.damage;

  std::string many = header;
  for (std::size_t i = 0; i < max_sentry_items + 5; ++i) many += item("event", "{}");
  const SentryBatch batch = decode(many);
  EXPECT_EQ(batch.occurrences.size(), max_sentry_items);
  EXPECT_EQ(batch.damaged_count, 1U);
  EXPECT_NE(batch.damage.find("1000"), std::string::npos);
}

TEST(SentryEnvelope, ALongHeaderOfAnItemIsDamaged) {
  const std::string long_header =
      "\n{\"type\":\"event\",\"a\":\"" + std::string(max_sentry_header_bytes, 'a') + "\"}\n{}";
  const SentryBatch batch = decode(header + long_header + item("event", error_event("kept")));
  EXPECT_EQ(messages(batch), Messages{"kept"});
  EXPECT_EQ(batch.damaged_count, 1U);
}

TEST(SentryEnvelope, AnEventWithoutAnIdGetsOne) {
  const std::string body = "{}" + item("event", error_event("one"));
  const SentryBatch batch = decode(body);
  EXPECT_EQ(batch.event_id.size(), 32U);
  EXPECT_EQ(batch.event_id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(batch.event_id, decode("{}" + item("event", error_event("two"))).event_id);
  EXPECT_NE(batch.event_id, decode_sentry_envelope(body, "7", at_second(1001))->event_id);
  const std::string own = R"({"event_id":"9EC79C33-EC99-42AB-8353-589FCB2E04DC"})";
  EXPECT_EQ(decode("{\"event_id\":7}" + item("event", own)).event_id, id);
}

TEST(SentryEnvelope, EventsBelowErrorAreCountedAlone) {
  const SentryBatch batch =
      decode(header + item("event", R"({"message":"m","level":"info"})") +
             item("event", R"({"message":"m","level":"warning"})") +
             item("event", R"({"message":"m","level":"error"})") +
             item("event", R"({"message":"m","level":"fatal"})") +
             item("event", R"({"message":"m"})") + item("event", R"({"type":"transaction"})"));
  EXPECT_EQ(batch.occurrences.size(), 3U);
  EXPECT_EQ(batch.below_error_count, 2U);
  EXPECT_EQ(batch.skipped_count, 1U);
}

TEST(SentryEvent, ReadsTheOlderProtocol) {
  const auto plain = decode_sentry_event(" " + error_event("one") + "\n", "7", at_second(1000));
  ASSERT_TRUE(plain.has_value()) << plain.error().message;
  EXPECT_EQ(messages(*plain), Messages{"one"});
  EXPECT_EQ(plain->event_id.size(), 32U);

  const std::string event = error_event("packed");
  std::string packed(compressBound(event.size()), '\0');
  uLongf size = packed.size();
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(event.data()), event.size()),
            Z_OK);
  packed.resize(size);
  const auto oldest = decode_sentry_event(encode_base64(packed), "7", at_second(1000));
  ASSERT_TRUE(oldest.has_value()) << oldest.error().message;
  EXPECT_EQ(messages(*oldest), Messages{"packed"});
}

TEST(SentryEvent, RefusesWhatIsNoEvent) {
  for (const std::string_view body : {"", "{", "[]", "?", "aGVsbG8=", "{\"a\":1} x"}) {
    const auto batch = decode_sentry_event(body, "7", at_second(1000));
    ASSERT_FALSE(batch.has_value()) << body;
    EXPECT_EQ(batch.error().code, ErrorCode::invalid_argument) << body;
  }
}

TEST(SentryKey, IsReadWhereverSdksPutIt) {
  EXPECT_EQ(sentry_key_in_field("Sentry sentry_version=7, sentry_client=sentry.python/2.1, "
                                "sentry_key=abc"),
            "abc");
  EXPECT_EQ(sentry_key_in_field("sentry sentry_key=abc,sentry_version=7"), "abc");
  EXPECT_EQ(sentry_key_in_field("Sentry sentry_version=7"), "");
  EXPECT_EQ(sentry_key_in_field("Bearer sentry_key=abc"), "");
  EXPECT_EQ(sentry_key_in_field(""), "");
  EXPECT_EQ(sentry_key_in_envelope(header), "key");
  EXPECT_EQ(sentry_key_in_envelope(R"({"dsn":"https://key:secret@host:8000/path/1"})"), "key");
  EXPECT_EQ(sentry_key_in_envelope("{\"dsn\":\"https://\xffkey@host/1\"}"), "\uFFFDkey");
  for (const std::string_view body :
       {"", "{}", "x", R"({"dsn":"https://host/1"})", R"({"dsn":"https://host/a@b"})",
        R"({"dsn":5})", R"({"dsn":"://"})"}) {
    EXPECT_EQ(sentry_key_in_envelope(body), "") << body;
  }
}

TEST(SentryRobustness, ADamagedEnvelopeIsAnErrorOrSound) {
  std::mt19937_64 random(random_seed());
  const std::string whole = header + item("event", error_event("one")) + item("session", "{}") +
                            item("event", error_event("two \\ud83d\\ude00 \xC3\xA9"));
  for (std::uint64_t i = 0; i < random_rounds(20'000); ++i) {
    std::string body = whole;
    for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t position = random() % body.size();
      if (random() % 2 == 0) {
        body[position] = static_cast<char>(random());
      } else {
        body.erase(position, random() % 16);
      }
      if (body.empty()) body = "x";
    }
    const auto batch = decode_sentry_envelope(body, "7", at_second(1000));
    if (!batch) continue;
    EXPECT_EQ(batch->damaged_count > 0, !batch->damage.empty());
    EXPECT_LE(batch->occurrences.size(), 4U);
  }
}

}  // namespace
}  // namespace rounds::test
