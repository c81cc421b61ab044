// Clients that mean harm: many slow connections, bodies that do not come, requests in disguise.
#include <chrono>
#include <deque>

#include "daemon/file_limit.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using namespace std::chrono_literals;
using Hostile = ServerTest;

constexpr auto never = std::chrono::hours{1};

TEST_F(Hostile, SlowConnectionsGiveWayToNormalOnes) {
  start({.connections = 8, .header_timeout = never, .idle_timeout = never});
  std::deque<Connection> slow;
  for (int i = 0; i < 8; ++i) {
    slow.emplace_back(server_->endpoint());
    slow.back().send(i % 2 == 0 ? "" : "G");  // nothing, or one byte and no more
  }
  for (int i = 0; i < 16; ++i) EXPECT_EQ(get("/healthz").result_int(), 200U);
  EXPECT_TRUE(slow.front().ends()) << "the one that has waited longest";
  const std::string metrics = get("/metrics").body();
  EXPECT_NE(metrics.find("rounds_connections_evicted_total "), std::string::npos);
  EXPECT_EQ(metrics.find("rounds_connections_evicted_total 0\n"), std::string::npos);
}

TEST_F(Hostile, ConnectionsThatHaveAskedBeforeAreSparedBeforeThoseThatNeverDid) {
  start({.connections = 4, .header_timeout = never, .idle_timeout = never});
  Connection client = connect();
  client.send(request_text("GET", "/healthz"));
  EXPECT_EQ(client.receive().result_int(), 200U);
  std::deque<Connection> slow;
  for (int i = 0; i < 16; ++i) {
    slow.emplace_back(server_->endpoint());
    slow.back().send("GET / HT");
  }
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(slow.at(static_cast<std::size_t>(i)).ends()) << i;
  client.send(request_text("GET", "/healthz"));
  EXPECT_EQ(client.receive().result_int(), 200U);
}

TEST_F(Hostile, TheIdleConnectionThatHasWaitedLongestGivesWay) {
  start({.connections = 2, .idle_timeout = never});
  const auto ask = [](Connection& connection) {
    connection.send(request_text("GET", "/healthz"));
    EXPECT_EQ(connection.receive().result_int(), 200U);
  };
  Connection first = connect();
  ask(first);
  Connection second = connect();
  ask(second);
  ask(first);
  Connection third = connect();
  ask(third);
  EXPECT_TRUE(second.ends());
  ask(first);
}

TEST_F(Hostile, ARequestInFlightNeverGivesWay) {
  start({.connections = 2, .header_timeout = never});
  const Signature signature = record("timeout");
  store_.hold_writes();
  Connection busy = connect();
  busy.send(request_text("POST", "/api/v1/signatures/" + signature.id.to_string() + "/mute"));
  store_.wait_for_held_writes(1);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(get("/healthz").result_int(), 200U);
  store_.release_writes();
  EXPECT_EQ(json_of(busy.receive()).at("status"), "muted");
}

TEST_F(Hostile, ARefusedClientThatGoesOnSendingGivesWay) {
  start({.connections = 1, .linger_timeout = never});
  Connection refused = connect();
  refused.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_FALSE(problem_detail(refused.receive(), 404).empty());
  EXPECT_EQ(get("/healthz").result_int(), 200U);
}

TEST_F(Hostile, BodiesThatAreOnlyAnnouncedTakeNoMemoryFromOthers) {
  // Room for one body of the largest size, and for the beginnings of a few.
  start({.request_memory_bytes = daemon::max_otlp_body_bytes, .body_timeout = never});
  std::deque<Connection> silent;
  for (int i = 0; i < 16; ++i) {
    silent.emplace_back(server_->endpoint());
    silent.back().send(
        "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 16000000\r\n\r\n{");
  }
  EXPECT_EQ(post_json("/v1/logs", "{}").result_int(), 200U);
  EXPECT_EQ(post_json("/v1/logs", "{" + std::string(4'000'000, ' ') + "}").result_int(), 200U);
}

TEST_F(Hostile, BodiesTakeMemoryAsTheyArrive) {
  start({.request_memory_bytes = 1'000'000});
  const Answer answer = post_json("/v1/logs", "{" + std::string(4'000'000, ' ') + "}");
  EXPECT_EQ(answer.result_int(), 503U) << answer.body();
  EXPECT_EQ(post_json("/v1/logs", "{" + std::string(300'000, ' ') + "}").result_int(), 200U);
}

TEST_F(Hostile, AHeaderHasAHundredFieldsAtMost) {
  start();
  std::vector<std::string> fields(daemon::max_header_fields - 1, "X: y");  // and Host
  Connection fine = connect();
  fine.send(request_text("GET", "/healthz", "", fields));
  EXPECT_EQ(fine.receive().result_int(), 200U);
  fields.emplace_back("X: y");
  Connection refused = connect();
  refused.send(request_text("GET", "/healthz", "", fields));
  EXPECT_NE(problem_detail(refused.receive(), 431).find("100"), std::string::npos);
}

TEST_F(Hostile, ATargetHasEightKibibytesAtMost) {
  start();
  const std::string query = "/api/v1/signatures?service=";
  EXPECT_EQ(get(query + std::string(daemon::max_target_bytes - query.size(), 'a')).result_int(),
            200U);
  EXPECT_NE(problem_detail(get("/" + std::string(daemon::max_target_bytes, 'a')), 414).find("8192"),
            std::string::npos);
}

TEST_F(Hostile, NoRequestHidesInAnother) {
  start();
  const std::string hidden = request_text("GET", "/metrics");
  const std::string post =
      "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const std::string two_lengths = "Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}";
  const std::string both = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (const std::string& rest :
       {two_lengths, both, std::string("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        std::string("Content-Length : 2\r\n\r\n{}"), std::string("Content-Length: -2\r\n\r\n{}"),
        std::string("Content-Length: 18446744073709551618\r\n\r\n{}")}) {
    Connection connection = connect();
    connection.send(post + rest + hidden);
    const Answer answer = connection.receive();
    EXPECT_GE(answer.result_int(), 400U) << rest;
    EXPECT_EQ(answer[http::field::connection], "close") << rest;
    EXPECT_TRUE(connection.ends()) << rest;
  }
}

TEST(FileLimit, IsSharedBetweenConnectionsAndTheStore) {
  EXPECT_EQ(daemon::connections_for(20, 1000), 10U);
  EXPECT_EQ(daemon::connections_for(1, 1000), 1U);
  EXPECT_EQ(daemon::connections_for(1'000'000, 1000), 1000U);
  const std::size_t raised = daemon::raise_file_limit();
  EXPECT_GE(raised, 20U);
  EXPECT_EQ(daemon::raise_file_limit(), raised);
}

}  // namespace
}  // namespace rounds::test
