// HTTP itself: routing, keep-alive, limits, timeouts, isolation of sessions and the graceful stop.
#include "daemon/server.hpp"

#include <stdexcept>
#include <thread>

#include "tests/daemon/server_fixture.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using namespace std::chrono_literals;
using Server = ServerTest;

TEST_F(Server, NamesItsAddress) {
  start();
  EXPECT_EQ(server_->url(), "http://127.0.0.1:" + std::to_string(server_->endpoint().port()));
}

TEST_F(Server, ListensOnIpv6) {
  daemon::ServerOptions options;
  options.listen = {boost::asio::ip::address_v6::loopback(), 0};
  const auto server = daemon::Server::start(store_, options);
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE((*server)->url().starts_with("http://[::1]:")) << (*server)->url();
}

TEST_F(Server, NamesTheAddressThatIsTaken) {
  start();
  daemon::ServerOptions options;
  options.listen = server_->endpoint();
  const auto second = daemon::Server::start(store_, options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::in_use);
  EXPECT_NE(second.error().message.find(std::to_string(server_->endpoint().port())),
            std::string::npos);
}

TEST_F(Server, IsAliveAndReady) {
  start();
  EXPECT_EQ(get("/healthz").result_int(), 200U);
  EXPECT_EQ(get("/readyz").result_int(), 200U);
  EXPECT_EQ(store_.get_stats()->sequence, 0U) << "the probe must not write";
}

TEST_F(Server, IsAliveButNotReadyWhenTheStoreTakesNoWrites) {
  start();
  store_.refuse_writes({ErrorCode::unavailable, "a write failed; reopen the store"});
  EXPECT_EQ(get("/healthz").result_int(), 200U);
  const Answer answer = get("/readyz");
  EXPECT_EQ(problem_detail(answer, 503), "a write failed; reopen the store");
  EXPECT_FALSE(answer[http::field::retry_after].empty());
}

// The reasons of an answer of /readyz, by their codes.
std::vector<std::string> codes_of(const Answer& answer) {
  std::vector<std::string> codes;
  const auto body = json_of(answer);
  for (const auto& reason : body.at("reasons").as_array()) {
    codes.emplace_back(reason.at("code").as_string());
  }
  return codes;
}

TEST_F(Server, SaysHowFarTheStoreIsWhileItIsBeingOpened) {
  using State = StoreCondition::State;
  daemon::ServerOptions options;
  options.store_condition = [] {
    return StoreCondition{State::opening, "the store is being opened", false, 7, 20};
  };
  start(std::move(options));
  const Answer answer = get("/readyz");
  EXPECT_EQ(problem_detail(answer, 503), "the store is being opened");
  const auto body = json_of(answer);
  const auto& reason = body.at("reasons").as_array().at(0);
  EXPECT_EQ(reason.at("code"), "opening");
  EXPECT_EQ(reason.at("events_done"), 7);
  EXPECT_EQ(reason.at("events_total"), 20);
}

TEST_F(Server, NamesEachReasonForNotBeingReady) {
  using State = StoreCondition::State;
  StoreCondition condition{State::failed, "a write failed", true};
  daemon::ServerOptions options;
  options.store_condition = [&condition] { return condition; };
  start(std::move(options));
  EXPECT_EQ(codes_of(get("/readyz")), (std::vector<std::string>{"store_failed", "disk_full"}));
  condition = {State::reopening, "again"};
  EXPECT_EQ(codes_of(get("/readyz")), std::vector<std::string>{"reopening"});
  condition = {State::closed, "gone"};
  EXPECT_EQ(codes_of(get("/readyz")), std::vector<std::string>{"closed"});
  condition = {State::ready, ""};
  EXPECT_EQ(get("/readyz").result_int(), 200U);
  store_.refuse_writes({ErrorCode::overloaded, "the queue is full"});
  EXPECT_EQ(codes_of(get("/readyz")), std::vector<std::string>{"queue_full"});
  store_.refuse_writes({ErrorCode::io_error, "the disk is gone"});
  EXPECT_EQ(codes_of(get("/readyz")), std::vector<std::string>{"refused"});
}

TEST_F(Server, AnswersUnknownPathsWithProblemDetails) {
  start();
  for (const char* target : {"/", "/nothing", "/api/v1/signatures/", "/api/v1/stats/x", "/v1"}) {
    EXPECT_FALSE(problem_detail(get(target), 404).empty()) << target;
  }
}

TEST_F(Server, NamesTheMethodsThatAPathTakes) {
  start();
  const Answer on_stats = post("/api/v1/stats", "", "");
  EXPECT_FALSE(problem_detail(on_stats, 405).empty());
  EXPECT_EQ(on_stats[http::field::allow], "GET, HEAD");
  const Answer on_logs = get("/v1/logs");
  EXPECT_FALSE(problem_detail(on_logs, 405).empty());
  EXPECT_EQ(on_logs[http::field::allow], "POST");
}

TEST_F(Server, AnswersHeadLikeGetWithoutABody) {
  start();
  Connection connection = connect();
  connection.send(request_text("HEAD", "/healthz"));
  const Answer head = connection.receive(true);
  EXPECT_EQ(head.result_int(), 200U);
  EXPECT_EQ(head[http::field::content_length], std::to_string(get("/healthz").body().size()));
  connection.send(request_text("GET", "/healthz"));
  EXPECT_EQ(connection.receive().result_int(), 200U) << "nothing may follow the header";
}

TEST_F(Server, KeepsTheConnection) {
  start();
  Connection connection = connect();
  for (int i = 0; i < 3; ++i) {
    connection.send(request_text("GET", i == 1 ? "/nothing" : "/healthz"));
    EXPECT_EQ(connection.receive().result_int(), i == 1 ? 404U : 200U);
  }
  connection.send(request_text("GET", "/healthz", "", {"Connection: close"}));
  const Answer last = connection.receive();
  EXPECT_EQ(last[http::field::connection], "close");
  EXPECT_FALSE(last[http::field::date].empty());
  EXPECT_TRUE(connection.ends());
}

TEST_F(Server, AnswersPipelinedRequestsInOrder) {
  start();
  const Signature signature = record("timeout");
  Connection connection = connect();
  connection.send(request_text("GET", "/api/v1/signatures/" + signature.id.to_string()) +
                  request_text("GET", "/nothing") + request_text("GET", "/healthz"));
  EXPECT_EQ(json_of(connection.receive()).at("id").as_string(), signature.id.to_string());
  EXPECT_EQ(connection.receive().result_int(), 404U);
  EXPECT_EQ(connection.receive().result_int(), 200U);
}

TEST_F(Server, AnswersAHeaderOf70KilobytesWith431) {
  start();
  Connection connection = connect();
  connection.send(request_text("GET", "/healthz", "", {"X-Large: " + std::string(70'000, 'x')}));
  const Answer answer = connection.receive();
  EXPECT_NE(problem_detail(answer, 431).find("16384"), std::string::npos);
  EXPECT_EQ(answer[http::field::connection], "close");
  EXPECT_TRUE(connection.ends());
  EXPECT_EQ(get("/healthz").result_int(), 200U);
}

TEST_F(Server, TakesAHeaderBelowTheLimit) {
  start();
  Connection connection = connect();
  connection.send(request_text("GET", "/healthz", "", {"X-Large: " + std::string(15'000, 'x')}));
  EXPECT_EQ(connection.receive().result_int(), 200U);
}

TEST_F(Server, AnswersWhatIsNotHttpWith400) {
  start();
  for (const char* text :
       {"\x16\x03\x01 hello\r\n\r\n", "GET / HTTP/7.0\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n"}) {
    Connection connection = connect();
    connection.send(text);
    EXPECT_FALSE(problem_detail(connection.receive(), 400).empty()) << text;
  }
}

TEST_F(Server, TakesChunkedBodies) {
  start();
  const Signature signature = record("timeout");
  Connection connection = connect();
  connection.send("POST /api/v1/signatures/" + signature.id.to_string() +
                  "/mute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n");
  EXPECT_EQ(json_of(connection.receive()).at("status"), "muted");
  connection.send(request_text("GET", "/healthz"));
  EXPECT_EQ(connection.receive().result_int(), 200U);
}

TEST_F(Server, LimitsChunkedBodiesAsWell) {
  start();
  const Signature signature = record("timeout");
  Connection connection = connect();
  connection.send("POST /api/v1/signatures/" + signature.id.to_string() +
                  "/mute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n300000\r\n" +
                  std::string(0x300000, ' ') + "\r\n0\r\n\r\n");
  EXPECT_FALSE(problem_detail(connection.receive(), 413).empty());
}

TEST_F(Server, AsksForTheBodyOfAClientThatWaits) {
  start();
  const Signature signature = record("timeout");
  Connection connection = connect();
  connection.send("POST /api/v1/signatures/" + signature.id.to_string() +
                  "/mute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.receive().result_int(), 100U);
  connection.send("{}");
  EXPECT_EQ(json_of(connection.receive()).at("status"), "muted");
}

TEST_F(Server, EndsTheConnectionRatherThanReadARefusedBody) {
  start();
  Connection connection = connect();
  connection.send(request_text("POST", "/nothing", "{\"a\": 1}") + request_text("GET", "/healthz"));
  const Answer answer = connection.receive();
  EXPECT_FALSE(problem_detail(answer, 404).empty());
  EXPECT_EQ(answer[http::field::connection], "close");
  EXPECT_TRUE(connection.ends());
}

TEST_F(Server, LetsAClientFinishTheBodyThatItRefuses) {
  start();
  const std::string body(32 * 1024 * 1024, 'x');  // more than sockets buffer
  Connection connection = connect();
  EXPECT_TRUE(connection.send(request_text("POST", "/nothing", body)))
      << "many clients read the answer only after they have sent everything";
  EXPECT_FALSE(problem_detail(connection.receive(), 404).empty());
}

TEST_F(Server, RefusesBodiesThatMemoryDoesNotAllow) {
  start({.request_memory_bytes = 10});
  const Signature signature = record("timeout");
  const std::string target = "/api/v1/signatures/" + signature.id.to_string() + "/mute";
  const Answer answer = post_json(target, R"({"reason": "noise"})");
  EXPECT_FALSE(problem_detail(answer, 503).empty());
  EXPECT_FALSE(answer[http::field::retry_after].empty());
  // What was reserved is given back each time.
  for (int i = 0; i < 3; ++i) EXPECT_NE(post_json(target, "{}").result_int(), 503U);
}

TEST_F(Server, DropsAClientThatIsSlowWithItsHeader) {
  start({.header_timeout = 50ms});
  Connection silent = connect();
  Connection slow = connect();
  slow.send("GET /healthz HTTP/1.1\r\n");
  EXPECT_TRUE(silent.ends());
  EXPECT_TRUE(slow.ends());
  EXPECT_EQ(get("/healthz").result_int(), 200U);
}

TEST_F(Server, DropsAClientThatIsSlowWithItsBody) {
  start({.body_timeout = 50ms});
  const Signature signature = record("timeout");
  Connection slow = connect();
  slow.send("POST /api/v1/signatures/" + signature.id.to_string() +
            "/mute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Content-Length: 100\r\n\r\n{");
  EXPECT_TRUE(slow.ends());
  EXPECT_EQ(store_.get_by_id(signature.id).value()->status, Status::new_);
}

TEST_F(Server, DropsAnIdleConnection) {
  start({.idle_timeout = 50ms});
  Connection idle = connect();
  idle.send(request_text("GET", "/healthz"));
  EXPECT_EQ(idle.receive().result_int(), 200U);
  EXPECT_TRUE(idle.ends());
}

TEST_F(Server, SurvivesClientsThatLeaveInTheMiddle) {
  start();
  for (int i = 0; i < 20; ++i) {
    Connection leaving = connect();
    leaving.send(
        "POST /v1/logs HTTP/1.1\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{");
  }
  EXPECT_EQ(get("/healthz").result_int(), 200U);
}

TEST_F(Server, LetsConnectionsBeyondTheLimitWaitForASlot) {
  start({.connections = 1, .idle_timeout = 50ms});
  Connection first = connect();
  first.send(request_text("GET", "/healthz"));
  EXPECT_EQ(first.receive().result_int(), 200U);
  Connection second = connect();  // queued by the kernel until the first one idles out
  second.send(request_text("GET", "/healthz"));
  EXPECT_EQ(second.receive().result_int(), 200U);
  EXPECT_TRUE(first.ends());
}

// Every handler that reads it throws.
class ThrowingClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { throw std::runtime_error("no time"); }
};

TEST_F(Server, AnswersARequestWhoseHandlerThrowsWith500AndGoesOn) {
  const ThrowingClock clock;
  start({.clock = &clock});
  const Signature signature = record("timeout");
  const std::string mute = "/api/v1/signatures/" + signature.id.to_string() + "/mute";
  Connection connection = connect();
  for (const std::string& request :
       {request_text("GET", "/api/v1/stats"), request_text("POST", mute),
        request_text("GET", "/api/v1/stats")}) {
    connection.send(request);
    const Answer answer = connection.receive();
    EXPECT_EQ(problem_detail(answer, 500), "the request failed inside the daemon; see its log");
  }
  connection.send(request_text("POST", "/v1/logs", "{}", {"Content-Type: application/json"}));
  EXPECT_EQ(connection.receive().result_int(), 500U);
  connection.send(request_text("GET", "/healthz"));
  EXPECT_EQ(connection.receive().result_int(), 200U);
  EXPECT_EQ(get("/healthz").result_int(), 200U);
  EXPECT_EQ(store_.get_by_id(signature.id).value()->status, Status::new_);
  server_.reset();  // nothing that a handler left behind keeps it from ending
}

TEST_F(Server, GoesOnWhenTheStoreThrows) {
  start();
  store_.throw_in_reads();
  Connection connection = connect();
  connection.send(request_text("GET", "/api/v1/signatures"));
  EXPECT_FALSE(problem_detail(connection.receive(), 503).empty());
  connection.send(request_text("GET", "/healthz"));
  EXPECT_EQ(connection.receive().result_int(), 200U);
}

TEST_F(Server, FinishesTheRequestInFlightWhenItStops) {
  start();
  const Signature signature = record("timeout");
  Connection idle = connect();
  idle.send(request_text("GET", "/healthz"));
  EXPECT_EQ(idle.receive().result_int(), 200U);
  store_.hold_writes();
  Connection connection = connect();
  connection.send(request_text("POST", "/api/v1/signatures/" + signature.id.to_string() + "/mute"));
  store_.wait_for_held_writes(1);
  std::thread stopping([&] { server_->stop(); });
  EXPECT_TRUE(idle.ends());  // so the stop has begun, and the request is still in flight
  store_.release_writes();
  const Answer answer = connection.receive();
  EXPECT_EQ(json_of(answer).at("status"), "muted");
  EXPECT_EQ(answer[http::field::connection], "close");
  EXPECT_TRUE(connection.ends());
  stopping.join();
}

TEST_F(Server, CutsOffWhatDoesNotEndBeforeTheDeadline) {
  start({.stop_deadline = 50ms});
  const Signature signature = record("timeout");
  store_.hold_writes();
  Connection connection = connect();
  connection.send(request_text("POST", "/api/v1/signatures/" + signature.id.to_string() + "/mute"));
  store_.wait_for_held_writes(1);
  server_->stop();
  store_.release_writes();  // the answer finds nobody; it must not touch what is gone
  server_.reset();
  EXPECT_TRUE(connection.ends());
}

TEST_F(Server, StopsTwiceAndWithoutConnections) {
  start();
  server_->stop();
  server_->stop();
}

TEST_F(Server, CountsInItsMetrics) {
  start();
  static_cast<void>(record("timeout"));
  EXPECT_EQ(get("/healthz").result_int(), 200U);
  EXPECT_EQ(get("/nothing").result_int(), 404U);
  EXPECT_EQ(get("/api/v1/signatures/x").result_int(), 400U);
  const Answer answer = get("/metrics");
  EXPECT_EQ(answer[http::field::content_type], "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"rounds_http_requests_total{route=\"/healthz\",status=\"2xx\"} 1\n",
        "rounds_http_requests_total{route=\"other\",status=\"4xx\"} 1\n",
        "rounds_http_requests_total{route=\"/api/v1/signatures/{id}\",status=\"4xx\"} 1\n",
        "rounds_signatures{status=\"new\"} 1\n", "rounds_signatures{status=\"muted\"} 0\n",
        "rounds_occurrences 1\n", "# TYPE rounds_connections gauge\n",
        "# TYPE rounds_uptime_seconds gauge\n"}) {
    EXPECT_NE(answer.body().find(line), std::string::npos) << line << answer.body();
  }
}

}  // namespace
}  // namespace rounds::test
