#define ZLIB_CONST  // zlib takes const input, as it should

// OTLP/HTTP: both signals, both encodings, gzip, partial success and every error in its own form.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <zlib.h>

#include "ingest/otlp.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view protobuf_type = "application/x-protobuf";

constexpr std::string_view one_log =
    R"({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1767225600000000000",
        "severityNumber": 17, "body": {"stringValue": "boom"}}]}]}]})";

// The same record in another body.
constexpr std::string_view one_log_otherwise =
    R"({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"severityNumber": 17,
        "timeUnixNano": 1767225600000000000, "body": {"stringValue": "boom"}}]}]}]})";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string gzip(std::string_view content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
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

class Otlp : public ServerTest {
 protected:
  void SetUp() override { start(); }

  [[nodiscard]] std::uint64_t occurrences() { return store_.get_stats()->occurrence_count; }
};

TEST_F(Otlp, TakesWhatRealSdksSend) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ROUNDS_TEST_DATA_DIR "/otlp")) {
    if (!entry.path().string().ends_with(".meta.json")) continue;
    ++files;
    std::string body_path = entry.path().string();
    body_path.replace(body_path.size() - std::string_view("meta.json").size(), std::string::npos,
                      "body");
    const auto meta = boost::json::parse(read_file(entry.path()));
    std::vector<std::string> fields;
    for (const auto& field : meta.at("headers").as_object()) {
      fields.push_back(std::string(field.key()) + ": " + std::string(field.value().as_string()));
    }
    const Answer answer = post(meta.at("path").as_string(), "", read_file(body_path), fields);
    EXPECT_EQ(answer.result_int(), 200U) << entry.path() << answer.body();
    EXPECT_EQ(answer[http::field::content_type],
              std::string_view(meta.at("headers").at("content-type").as_string()));
  }
  EXPECT_EQ(files, 24U);
  EXPECT_EQ(occurrences(), 150U) << "75 log records tell of failures on spans again";
}

TEST_F(Otlp, AnswersInTheEncodingOfTheRequest) {
  const Answer json = post("/v1/logs", "application/json; charset=utf-8", one_log);
  EXPECT_EQ(json.result_int(), 200U);
  EXPECT_EQ(json[http::field::content_type], json_type);
  EXPECT_TRUE(json_of(json).as_object().empty()) << "plain success leaves partialSuccess unset";
  const Answer protobuf = post("/v1/traces", protobuf_type, "");
  EXPECT_EQ(protobuf.result_int(), 200U) << "an empty request is a success";
  EXPECT_EQ(protobuf[http::field::content_type], protobuf_type);
  EXPECT_EQ(protobuf.body(), "");
  EXPECT_EQ(occurrences(), 1U);
}

TEST_F(Otlp, AnswersOnlyAfterTheStoreHasAcknowledged) {
  store_.hold_writes();
  Connection connection = connect();
  connection.send(request_text("POST", "/v1/logs", one_log, {"Content-Type: application/json"}));
  store_.wait_for_held_writes(1);
  EXPECT_EQ(get("/healthz").result_int(), 200U) << "no io thread waits for the store";
  store_.release_writes();
  EXPECT_EQ(connection.receive().result_int(), 200U);
  EXPECT_EQ(occurrences(), 1U);
}

TEST_F(Otlp, TakesGzip) {
  const Answer answer = post("/v1/logs", json_type, gzip(one_log), {"Content-Encoding: gzip"});
  EXPECT_EQ(answer.result_int(), 200U) << answer.body();
  EXPECT_EQ(occurrences(), 1U);
}

TEST_F(Otlp, TakesWhatIsSentAgainAndCountsItOnce) {
  for (int i = 0; i < 3; ++i) {
    const Answer answer = post("/v1/logs", json_type, i < 2 ? one_log : one_log_otherwise);
    EXPECT_EQ(answer.result_int(), 200U);
    EXPECT_TRUE(json_of(answer).as_object().empty()) << "the sender must not send it once more";
  }
  EXPECT_EQ(occurrences(), 1U);
  const std::string metrics = get("/metrics").body();
  EXPECT_NE(metrics.find("rounds_occurrences_accepted_total 3\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("rounds_occurrences_repeated_total{reason=\"sent_again\"} 2\n"),
            std::string::npos)
      << metrics;
}

TEST_F(Otlp, CountsInItsMetrics) {
  EXPECT_EQ(post("/v1/logs", json_type, one_log).result_int(), 200U);
  const std::string metrics = get("/metrics").body();
  EXPECT_NE(metrics.find("rounds_occurrences_accepted_total 1\n"), std::string::npos) << metrics;
  for (const std::string_view reason :
       {"time", "record_size", "attributes", "batch_size", "damaged"}) {
    const auto line = fmt::format("rounds_occurrences_rejected_total{{reason=\"{}\"}} 0\n", reason);
    EXPECT_NE(metrics.find(line), std::string::npos) << line << metrics;
  }
  EXPECT_EQ(metrics.find("rounds_http_refusals_total{"), std::string::npos);
}

TEST_F(Otlp, CountsWhatItRefusesByStatus) {
  EXPECT_EQ(post("/v1/logs", json_type, "{").result_int(), 400U);
  EXPECT_EQ(post("/v1/logs", "text/plain", one_log).result_int(), 415U);
  EXPECT_EQ(post("/v1/logs", "text/plain", one_log).result_int(), 415U);
  const std::string metrics = get("/metrics").body();
  for (const std::string_view line :
       {"{route=\"/v1/logs\",status=\"400\"} 1\n", "{route=\"/v1/logs\",status=\"415\"} 2\n"}) {
    EXPECT_NE(metrics.find(fmt::format("rounds_http_refusals_total{}", line)), std::string::npos)
        << metrics;
  }
}

TEST_F(Otlp, ReportsRejectedRecordsAsPartialSuccess) {
  const Answer answer = post("/v1/logs", json_type,
                             R"({"resourceLogs": [{"scopeLogs": [{"logRecords": [
          {"timeUnixNano": "99999999999999999999999", "severityNumber": 17},
          {"timeUnixNano": "1767225600000000000", "severityNumber": 17}]}]}]})");
  EXPECT_EQ(answer.result_int(), 200U) << answer.body();
  const auto value = json_of(answer);
  EXPECT_EQ(value.at("partialSuccess").at("rejectedLogRecords"), "1") << answer.body();
  EXPECT_FALSE(value.at("partialSuccess").at("errorMessage").as_string().empty());
  EXPECT_EQ(occurrences(), 1U);
  const std::string metrics = get("/metrics").body();
  EXPECT_NE(metrics.find("rounds_occurrences_rejected_total{reason=\"time\"} 1\n"),
            std::string::npos)
      << metrics;
}

// Checks that `answer` is a google.rpc.Status in JSON; returns its message.
std::string status_message(const Answer& answer, unsigned status, int rpc_code) {
  EXPECT_EQ(answer.result_int(), status) << answer.body();
  EXPECT_EQ(answer[http::field::content_type], json_type);
  const auto value = json_of(answer);
  EXPECT_EQ(value.at("code"), rpc_code);
  return std::string(value.at("message").as_string());
}

TEST_F(Otlp, RefusesBrokenJson) {
  EXPECT_FALSE(status_message(post("/v1/logs", json_type, "{"), 400, 3).empty());
  EXPECT_FALSE(status_message(post("/v1/traces", json_type, "[]"), 400, 3).empty());
}

TEST_F(Otlp, RefusesTruncatedProtobufInProtobuf) {
  const std::string body = read_file(ROUNDS_TEST_DATA_DIR "/otlp/001_v1_traces.body");
  const Answer answer = post("/v1/traces", protobuf_type, body.substr(0, body.size() / 2));
  EXPECT_EQ(answer.result_int(), 400U);
  EXPECT_EQ(answer[http::field::content_type], protobuf_type);
  EXPECT_TRUE(answer.body().starts_with("\x08\x03\x12")) << "code 3, then the message";
  EXPECT_EQ(occurrences(), 0U) << "nothing of a malformed body may be counted";
}

TEST_F(Otlp, RefusesWhatIsNotGzip) {
  const Answer answer = post("/v1/logs", json_type, one_log, {"Content-Encoding: gzip"});
  EXPECT_FALSE(status_message(answer, 400, 3).empty());
}

TEST_F(Otlp, RefusesUnknownTypesAndEncodings) {
  EXPECT_NE(problem_detail(post("/v1/logs", "text/plain", "x"), 415).find(protobuf_type),
            std::string::npos);
  EXPECT_FALSE(problem_detail(post("/v1/logs", "", ""), 415).empty());
  const Answer brotli = post("/v1/logs", json_type, "x", {"Content-Encoding: br"});
  EXPECT_NE(status_message(brotli, 415, 12).find("\"br\""), std::string::npos);
}

TEST_F(Otlp, RefusesABodyThatExpandsBeyondTheLimit) {
  std::string zeros;
  zeros.resize(100'000'000);
  const Answer answer = post("/v1/logs", json_type, gzip(zeros), {"Content-Encoding: gzip"});
  EXPECT_FALSE(status_message(answer, 413, 3).empty());
}

TEST_F(Otlp, RefusesABodyThatIsTooLargeAsSent) {
  const std::string body(16 * 1024 * 1024 + 1, ' ');
  EXPECT_NE(status_message(post("/v1/logs", json_type, body), 413, 3).find("16777216"),
            std::string::npos);
}

TEST_F(Otlp, TellsClientsWhenToRetry) {
  store_.refuse_writes({ErrorCode::overloaded, "the queue is full; retry later"});
  const Answer overloaded = post("/v1/logs", json_type, one_log);
  EXPECT_EQ(status_message(overloaded, 429, 8), "the queue is full; retry later");
  EXPECT_FALSE(overloaded[http::field::retry_after].empty());
  store_.refuse_writes({ErrorCode::unavailable, "a write failed; reopen the store"});
  const Answer unavailable = post("/v1/logs", json_type, one_log);
  EXPECT_EQ(status_message(unavailable, 503, 14), "a write failed; reopen the store");
  EXPECT_FALSE(unavailable[http::field::retry_after].empty());
  const std::string metrics = get("/metrics").body();
  EXPECT_NE(metrics.find("rounds_occurrences_accepted_total 0\n"), std::string::npos);
}

TEST_F(Otlp, CountsEveryOccurrenceOfManyClientsOnce) {
  constexpr int clients = 4;
  constexpr int requests = 25;
  std::vector<std::thread> threads;
  threads.reserve(clients);
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      Connection connection = connect();
      for (int j = 0; j < requests; ++j) {
        // Each of a nanosecond of its own.
        const std::string body = fmt::format(
            R"({{"resourceLogs": [{{"scopeLogs": [{{"logRecords": [{{"severityNumber": 17,
                "timeUnixNano": {}}}]}}]}}]}})",
            1767225600000000000 + (i * requests) + j);
        connection.send(request_text("POST", "/v1/logs", body, {"Content-Type: application/json"}));
        EXPECT_EQ(connection.receive().result_int(), 200U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(occurrences(), std::uint64_t{clients} * requests);
}

}  // namespace
}  // namespace rounds::test
