// Sentry SDKs over HTTP: paths, keys, encodings, browsers, overload.
#define ZLIB_CONST  // zlib takes const input, as it should

#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/json/parse.hpp>
#include <brotli/encode.h>
#include <fmt/format.h>
#include <zlib.h>

#include "tests/daemon/server_fixture.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

constexpr std::string_view event_id = "9ec79c33ec9942ab8353589fcb2e04dc";
constexpr std::string_view one_event =
    R"({"exception": {"values": [{"type": "TypeError", "value": "boom"}]}, "platform": "node"})";
std::string envelope_of(std::string_view id) {
  return fmt::format("{{\"event_id\":\"{}\"}}\n{{\"type\":\"event\",\"length\":{}}}\n{}\n", id,
                     one_event.size(), one_event);
}
const std::string one_envelope = envelope_of(event_id);

// An envelope that nobody has sent before.
std::string another_envelope() {
  static int number = 0;
  return envelope_of(fmt::format("{:032x}", ++number));
}
constexpr std::string_view target = "/api/7/envelope/?sentry_version=7&sentry_key=abc";

std::string deflated(std::string_view content, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string brotli_compressed(std::string_view content) {
  std::size_t size = BrotliEncoderMaxCompressedSize(content.size());
  std::string out(size, '\0');
  EXPECT_EQ(BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, content.size(),
                                  reinterpret_cast<const std::uint8_t*>(content.data()), &size,
                                  reinterpret_cast<std::uint8_t*>(out.data())),
            BROTLI_TRUE);
  out.resize(size);
  return out;
}

class Sentry : public ServerTest {
 protected:
  void SetUp() override { start(); }

  [[nodiscard]] std::uint64_t occurrences() { return store_.get_stats()->occurrence_count; }

  [[nodiscard]] bool metrics_say(std::string_view line) const {
    const std::string metrics = get("/metrics").body();
    return metrics.find(fmt::format("{}\n", line)) != std::string::npos;
  }
};

void expect_taken(const Answer& answer) {
  EXPECT_EQ(answer.result_int(), 200U) << answer.body();
  EXPECT_EQ(answer[http::field::content_type], "application/json");
  EXPECT_EQ(answer["Access-Control-Allow-Origin"], "*");
  EXPECT_EQ(json_of(answer).at("id").as_string().size(), 32U);
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(Sentry, TakesWhatRealSdksSend) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ROUNDS_TEST_DATA_DIR "/sentry")) {
    if (entry.path().extension() != ".body") continue;
    ++files;
    auto meta_path = entry.path();
    const auto meta = boost::json::parse(bytes_of(meta_path.replace_extension(".meta.json")));
    std::vector<std::string> fields;
    for (const auto& field : meta.at("headers").as_object()) {
      if (field.key() == "content-length" || field.key() == "transfer-encoding") continue;
      fields.push_back(fmt::format("{}: {}", std::string_view(field.key()),
                                   std::string_view(field.value().as_string())));
    }
    const Answer answer = post(meta.at("path").as_string(), "", bytes_of(entry.path()), fields);
    EXPECT_EQ(answer.result_int(), 200U) << entry.path() << answer.body();
  }
  EXPECT_EQ(files, 9U + 7U + 7U);
  EXPECT_EQ(occurrences(), 7U + 6U + 6U);
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"below_error\"} 3"));
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"damaged\"} 0"));
}

TEST_F(Sentry, TakesBothProtocolsWithAndWithoutTheLastSlash) {
  const std::string key = "?sentry_key=abc";
  expect_taken(post("/api/7/envelope/" + key, "application/x-sentry-envelope", another_envelope()));
  expect_taken(post("/api/7/envelope" + key, "application/x-sentry-envelope", another_envelope()));
  expect_taken(post("/api/7/store/" + key, "application/json", one_event));
  expect_taken(post("/api/7/store" + key, "application/json", one_event));
  EXPECT_EQ(occurrences(), 4U);
  EXPECT_EQ(store_.list({})->signatures.size(), 1U) << "the same failure is one signature";
}

TEST_F(Sentry, AnswersWithTheIdOfTheEvent) {
  const Answer answer = post(target, "", one_envelope);
  expect_taken(answer);
  EXPECT_EQ(std::string_view(json_of(answer).at("id").as_string()), event_id);
}

TEST_F(Sentry, AnEventThatIsSentAgainCountsOnce) {
  expect_taken(post(target, "", one_envelope));
  const std::string_view with_key = "{\"dsn\":\"http://abc@localhost/7\",\"sent_at\":\"later\",";
  const Answer again = post(target, "", std::string(with_key) + one_envelope.substr(1));
  EXPECT_EQ(std::string_view(json_of(again).at("id").as_string()), event_id);
  EXPECT_EQ(occurrences(), 1U);
  EXPECT_TRUE(metrics_say("rounds_occurrences_repeated_total{reason=\"sent_again\"} 1"));
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"recorded\"} 2"));
}

TEST_F(Sentry, EventsThatOnlyShareAnIdCountEach) {
  const auto event = [](std::string_view message) {
    return fmt::format(R"({{"event_id":"{}","message":"{}"}})", event_id, message);
  };
  const std::string project_7 = "/api/7/store/?sentry_key=abc";
  expect_taken(post(project_7, "", event("one")));
  expect_taken(post(project_7, "", event("two")));
  expect_taken(post("/api/8/store/?sentry_key=abc", "", event("one")));
  expect_taken(post(project_7, "", event("two")));
  EXPECT_EQ(occurrences(), 3U);
  expect_taken(post(project_7, "", one_event));
  expect_taken(post(project_7, "", one_event));
  EXPECT_EQ(occurrences(), 5U) << "without an id two could be two";
}

TEST_F(Sentry, TheSignatureSaysWhatTheEventSaid) {
  expect_taken(post(target, "", one_envelope));
  const auto page = store_.list({});
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->signatures.size(), 1U);
  const SignatureIdentity& identity = *page->signatures.front().identity;
  EXPECT_EQ(identity.service, "project-7");
  EXPECT_EQ(identity.error_type, "TypeError");
  EXPECT_EQ(identity.message_template, "boom");
}

TEST_F(Sentry, TheKeyMayStandInThreePlaces) {
  expect_taken(post("/api/7/envelope/", "", another_envelope(),
                    {"X-Sentry-Auth: Sentry sentry_version=7, sentry_key=abc"}));
  expect_taken(
      post("/api/7/envelope/", "",
           "{\"dsn\":\"http://abc@localhost/7\"}" + one_envelope.substr(one_envelope.find('\n'))));
  EXPECT_EQ(occurrences(), 2U);
  const Answer without = post("/api/7/envelope/", "", one_envelope);
  EXPECT_NE(problem_detail(without, 401).find("sentry_key"), std::string::npos);
  EXPECT_EQ(occurrences(), 2U);
}

TEST_F(Sentry, TakesEveryEncoding) {
  expect_taken(post(target, "", deflated(another_envelope(), 15 + 16), {"Content-Encoding: gzip"}));
  expect_taken(post(target, "", deflated(another_envelope(), 15), {"Content-Encoding: deflate"}));
  expect_taken(post(target, "", deflated(another_envelope(), -15), {"Content-Encoding: deflate"}));
  expect_taken(post(target, "", brotli_compressed(another_envelope()), {"Content-Encoding: br"}));
  EXPECT_EQ(occurrences(), 4U);
  const Answer unknown = post(target, "", one_envelope, {"Content-Encoding: zstd"});
  EXPECT_NE(problem_detail(unknown, 415).find("gzip or deflate or br or none"), std::string::npos);
}

TEST_F(Sentry, RefusesBodiesThatExpandBeyondTheLimit) {
  std::string zeros;
  zeros.resize(100'000'000);
  for (const auto& [body, encoding] :
       {std::pair{deflated(zeros, 15 + 16), "gzip"}, std::pair{deflated(zeros, 15), "deflate"},
        std::pair{brotli_compressed(zeros), "br"}}) {
    const Answer answer = post(target, "", body, {fmt::format("Content-Encoding: {}", encoding)});
    EXPECT_NE(problem_detail(answer, 413).find("67108864"), std::string::npos);
  }
}

TEST_F(Sentry, BrowsersMaySendFromAnyPage) {
  Connection connection = connect();
  connection.send(
      request_text("OPTIONS", target, "",
                   {"Origin: http://shop.example", "Access-Control-Request-Method: POST",
                    "Access-Control-Request-Headers: x-sentry-auth"}));
  const Answer answer = connection.receive();
  EXPECT_EQ(answer.result_int(), 200U);
  EXPECT_EQ(answer["Access-Control-Allow-Origin"], "*");
  EXPECT_EQ(answer["Access-Control-Allow-Methods"], "POST, OPTIONS");
  EXPECT_NE(answer["Access-Control-Allow-Headers"].find("X-Sentry-Auth"), std::string::npos);
  expect_taken(post(target, "text/plain;charset=UTF-8", one_envelope));
  EXPECT_EQ(get("/api/v1/stats")["Access-Control-Allow-Origin"], "") << "nothing can be read";
}

TEST_F(Sentry, OtherMethodsAreRefused) {
  const Answer answer = get(target);
  EXPECT_EQ(answer.result_int(), 405U);
  EXPECT_EQ(answer[http::field::allow], "POST, OPTIONS");
}

TEST_F(Sentry, DamageIsCountedAndTold) {
  const Answer answer =
      post(target, "",
           one_envelope + "{\"type\":\"event\"}\n{\n" + "{\"type\":\"session\"}\n{}\n" +
               "{\"type\":\"event\"}\n{\"level\":\"info\"}\n");
  expect_taken(answer);
  EXPECT_EQ(json_of(answer).at("damaged_items"), 1);
  EXPECT_FALSE(json_of(answer).at("damage").as_string().empty());
  EXPECT_EQ(occurrences(), 1U);
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"recorded\"} 1"));
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"below_error\"} 1"));
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"skipped\"} 1"));
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"damaged\"} 1"));
  EXPECT_TRUE(metrics_say("rounds_occurrences_accepted_total 1"));
}

TEST_F(Sentry, RefusesWhatIsNoEnvelope) {
  const Answer answer = post(target, "", "hello");
  EXPECT_FALSE(problem_detail(answer, 400).empty());
  EXPECT_EQ(answer["Access-Control-Allow-Origin"], "*") << "a page may read why";
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"damaged\"} 1"));
}

TEST_F(Sentry, AnswersOnlyAfterTheStoreHasAcknowledged) {
  store_.hold_writes();
  Connection connection = connect();
  connection.send(request_text("POST", target, one_envelope));
  store_.wait_for_held_writes(1);
  EXPECT_EQ(get("/healthz").result_int(), 200U) << "no io thread waits for the store";
  store_.release_writes();
  expect_taken(connection.receive());
  EXPECT_EQ(occurrences(), 1U);
}

TEST_F(Sentry, TellsSdksHowLongToBeQuiet) {
  store_.refuse_writes({ErrorCode::overloaded, "the queue is full; retry later"});
  const Answer overloaded = post(target, "", one_envelope);
  EXPECT_EQ(problem_detail(overloaded, 429), "the queue is full; retry later");
  EXPECT_EQ(overloaded[http::field::retry_after], "5");
  EXPECT_EQ(overloaded["X-Sentry-Rate-Limits"], "5::organization:overloaded");
  EXPECT_NE(overloaded["Access-Control-Expose-Headers"].find("X-Sentry-Rate-Limits"),
            std::string::npos);
  store_.refuse_writes({ErrorCode::unavailable, "a write failed; reopen the store"});
  const Answer unavailable = post(target, "", one_envelope);
  EXPECT_FALSE(problem_detail(unavailable, 503).empty());
  EXPECT_EQ(unavailable[http::field::retry_after], "5");
  EXPECT_TRUE(metrics_say("rounds_sentry_items_total{outcome=\"lost\"} 2"));
}

class CrampedSentry : public Sentry {
 protected:
  void SetUp() override { start({.request_memory_bytes = 100'000}); }
};

TEST_F(CrampedSentry, TellsSdksToBeQuietWhereThereIsNoMemoryForABody) {
  const std::string large = one_envelope + std::string(1'000'000, ' ');
  for (const auto& [body, encoding] :
       {std::pair{large, "identity"}, std::pair{deflated(large, 15 + 16), "gzip"}}) {
    const Answer answer = post(target, "", body, {fmt::format("Content-Encoding: {}", encoding)});
    EXPECT_NE(problem_detail(answer, 429).find("too many large requests"), std::string::npos);
    EXPECT_EQ(answer[http::field::retry_after], "5");
    EXPECT_EQ(answer["X-Sentry-Rate-Limits"], "5::organization:overloaded");
  }
  EXPECT_TRUE(metrics_say(
      "rounds_http_refusals_total{route=\"/api/{project}/envelope/\",status=\"429\"} 2"));
  expect_taken(post(target, "", one_envelope));
}

TEST_F(Sentry, AnEnvelopeWithoutErrorsNeedsNoStore) {
  store_.refuse_writes({ErrorCode::unavailable, "a write failed; reopen the store"});
  const Answer answer = post(target, "", "{}\n{\"type\":\"session\"}\n{}");
  EXPECT_EQ(answer.result_int(), 200U);
  EXPECT_TRUE(json_of(answer).as_object().empty()) << answer.body();
}

}  // namespace
}  // namespace rounds::test
