// GET /api/v1/events: both framings, resuming, limits, and how streams live and end.
#include "daemon/event_stream.hpp"

#include <algorithm>
#include <memory>
#include <thread>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "api/event_json.hpp"
#include "api/json_text.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/daemon/stream_client.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using namespace std::chrono_literals;
using daemon::EventFraming;

const std::vector<std::string> as_sse = {"Accept: text/event-stream"};
const std::vector<std::string> as_ndjson = {"Accept: application/x-ndjson"};

class EventStreamTest : public ServerTest {
 protected:
  StreamClient open(std::string_view target, const std::vector<std::string>& fields = {}) {
    return {server_->endpoint(), target, fields};
  }

  // The events of the store, in order.
  std::vector<Event> log() {
    std::vector<Event> events;
    const auto subscription = store_.subscribe(1).value();
    while (true) {
      const auto batch = subscription->poll(100).value();
      if (batch.empty()) return events;
      events.insert(events.end(), batch.begin(), batch.end());
    }
  }

  std::string framed(EventFraming framing, Sequence from, Sequence last) {
    std::string text;
    for (const Event& event : log()) {
      if (event.sequence >= from && event.sequence <= last) text += frame_event(framing, event);
    }
    return text;
  }

  // Returns the end of the log.
  Sequence record_more_than_sockets_buffer() {
    const Signature signature = record("a");
    const std::string text(limits::max_context_text_bytes, 'x');
    for (int i = 0; i < 1024; ++i) {  // 32 MiB
      EXPECT_TRUE(store_.execute(signature.id, Resolve{text}));
      EXPECT_TRUE(store_.execute(signature.id, Retriage{}, {.provenance = {"", text, ""}}));
    }
    return store_.get_stats()->sequence;
  }

  // What the metrics say of open streams.
  std::string open_streams() {
    const std::string text = get("/metrics").body();
    const std::string name = "\nrounds_event_streams ";
    const std::size_t begin = text.find(name) + name.size();
    return text.substr(begin, text.find('\n', begin) - begin);
  }
};

TEST_F(EventStreamTest, FramesEventsAndErrorsInBothWays) {
  record("timeout");
  const Event event = log().front();
  const std::string json = api::to_text(api::event_to_json(event));
  EXPECT_EQ(frame_event(EventFraming::ndjson, event), json + "\n");
  EXPECT_EQ(frame_event(EventFraming::server_sent_events, event),
            "id: 1\nevent: signature_detected\ndata: " + json + "\n\n");
  const Error error{ErrorCode::corruption, "event 7 is damaged"};
  const std::string problem = R"({"type":"about:blank","title":"Service Unavailable","status":503,)"
                              R"("detail":"event 7 is damaged","code":"corruption"})";
  EXPECT_EQ(frame_error(EventFraming::ndjson, error), "{\"problem\":" + problem + "}\n");
  EXPECT_EQ(frame_error(EventFraming::server_sent_events, error),
            "event: error\ndata: " + problem + "\n\n");
}

TEST_F(EventStreamTest, NoTextBreaksTheFraming) {
  const Signature signature = record("timeout");
  const std::string nasty = "a\nb\r\nc\rid: 99\n\ndata: x\x01\x1f\x7f\xE2\x80\xA8\xC2\x85 end";
  ASSERT_TRUE(store_.execute(signature.id, Resolve{nasty},
                             {.provenance = {"actor\n\n", "reason\r\n", "\n"}}));
  const Event event = log().back();
  for (const auto framing : {EventFraming::server_sent_events, EventFraming::ndjson}) {
    const std::string text = frame_event(framing, event);
    const bool sse = framing == EventFraming::server_sent_events;
    EXPECT_EQ(std::ranges::count(text, '\n'), sse ? 4 : 1) << text;
    EXPECT_EQ(std::ranges::count(text, '\r'), 0) << text;
    const std::size_t begin = text.find('{');
    const auto read =
        api::event_from_json(boost::json::parse(text.substr(begin, text.rfind('}') + 1 - begin)));
    EXPECT_EQ(std::get<SignatureResolved>(read.value().payload).fix, nasty);
  }
}

TEST_F(EventStreamTest, ChoosesTheFramingThatTheClientNamesFirst) {
  EXPECT_EQ(daemon::framing_of("text/event-stream"), EventFraming::server_sent_events);
  EXPECT_EQ(daemon::framing_of("text/html, Text/Event-Stream;q=0.9, */*"),
            EventFraming::server_sent_events);
  EXPECT_EQ(daemon::framing_of("application/x-ndjson, text/event-stream"), EventFraming::ndjson);
  for (const char* other : {"", "*/*", ",", ",,;", "application/json", "text/event-streams"}) {
    EXPECT_EQ(daemon::framing_of(other), EventFraming::ndjson) << other;
  }
}

TEST_F(EventStreamTest, SendsThePastAndThenWhatComesAsServerSentEvents) {
  start();
  record("a");
  record("b");
  StreamClient client = open("/api/v1/events", as_sse);
  EXPECT_EQ(client.header().result_int(), 200U);
  EXPECT_EQ(client.header()[http::field::content_type], "text/event-stream");
  EXPECT_EQ(client.header()[http::field::cache_control], "no-store");
  EXPECT_TRUE(client.header().chunked());
  std::string seen = client.read_until("id: 2\n") + client.read_until("\n\n");
  EXPECT_EQ(seen, framed(EventFraming::server_sent_events, 1, 2));
  for (int i = 3; i < 20; ++i) {
    record(std::to_string(i));
    seen += client.read_until(fmt::format("id: {}\n", i)) + client.read_until("\n\n");
  }
  EXPECT_EQ(seen, framed(EventFraming::server_sent_events, 1, 19));
}

TEST_F(EventStreamTest, SendsThePastAndThenWhatComesAsLinesOfJson) {
  start();
  record("a");
  StreamClient client = open("/api/v1/events?from=1");
  EXPECT_EQ(client.header()[http::field::content_type], "application/x-ndjson");
  std::string seen = client.read_until("\n");
  for (int i = 0; i < 20; ++i) {
    record(std::to_string(i));
    seen += client.read_until("\n");
  }
  EXPECT_EQ(seen, framed(EventFraming::ndjson, 1, 21));
}

TEST_F(EventStreamTest, BeginsWhereItIsTold) {
  start();
  for (int i = 1; i <= 9; ++i) record(std::to_string(i));
  EXPECT_EQ(open("/api/v1/events?from=4&follow=false").read_rest(),
            framed(EventFraming::ndjson, 4, 9));
  // Last-Event-ID wins over `from`.
  EXPECT_EQ(open("/api/v1/events?from=4&follow=false", {"Last-Event-ID: 7"}).read_rest(),
            framed(EventFraming::ndjson, 8, 9));
  EXPECT_EQ(open("/api/v1/events?follow=false", {"Last-Event-ID: 0"}).read_rest(),
            framed(EventFraming::ndjson, 1, 9));
  StreamClient client = open("/api/v1/events", {"Accept: text/event-stream", "Last-Event-ID: 9"});
  EXPECT_EQ(client.header().result_int(), 200U);
  record("10");
  EXPECT_EQ(client.read_until("\n\n"), framed(EventFraming::server_sent_events, 10, 10));
}

TEST_F(EventStreamTest, EndsWithTheLogIfToldNotToFollowAndKeepsTheConnection) {
  start();
  Connection connection = connect();
  connection.send(request_text("GET", "/api/v1/events?follow=false"));
  EXPECT_EQ(connection.receive().body(), "");
  for (int i = 0; i < 2500; ++i) record(std::to_string(i));  // more than one batch
  connection.send(request_text("GET", "/api/v1/events?follow=false"));
  const Answer answer = connection.receive();
  EXPECT_EQ(answer.result_int(), 200U);
  EXPECT_EQ(answer.body(), framed(EventFraming::ndjson, 1, 2500));
  connection.send(request_text("GET", "/healthz"));
  EXPECT_EQ(connection.receive().result_int(), 200U);
}

TEST_F(EventStreamTest, RefusesWhatItDoesNotUnderstand) {
  start();
  record("a");
  for (const char* target :
       {"/api/v1/events?from=0", "/api/v1/events?from=3", "/api/v1/events?from=-1",
        "/api/v1/events?from=x", "/api/v1/events?from=1.5",
        "/api/v1/events?from=18446744073709551616"}) {
    EXPECT_NE(problem_detail(get(target), 400).find("use "), std::string::npos) << target;
  }
  EXPECT_NE(problem_detail(get("/api/v1/events?follow=yes"), 400).find("true or false"),
            std::string::npos);
  EXPECT_NE(problem_detail(get("/api/v1/events?form=1"), 400).find("\"form\""), std::string::npos);
  for (const char* id : {"2", "x", "-1", "18446744073709551615", "18446744073709551616"}) {
    Connection connection = connect();
    connection.send(
        request_text("GET", "/api/v1/events", "", {fmt::format("Last-Event-ID: {}", id)}));
    EXPECT_FALSE(problem_detail(connection.receive(), 400).empty()) << id;
  }
  EXPECT_EQ(get("/api/v1/events?from=9&follow=false").result_int(), 400U);
  const Answer posted = post("/api/v1/events", "", "");
  EXPECT_FALSE(problem_detail(posted, 405).empty());
  EXPECT_EQ(posted[http::field::allow], "GET, HEAD");
}

TEST_F(EventStreamTest, AnswersHeadWithoutAStream) {
  start();
  record("a");
  Connection connection = connect();
  connection.send(request_text("HEAD", "/api/v1/events", "", as_sse));
  const Answer head = connection.receive(true);
  EXPECT_EQ(head[http::field::content_type], "text/event-stream");
  connection.send(request_text("GET", "/healthz"));
  EXPECT_EQ(connection.receive().result_int(), 200U) << "nothing may follow the header";
  EXPECT_EQ(open_streams(), "0");
}

TEST_F(EventStreamTest, EndsTheConnectionOfAnHttp10ClientInPlaceOfChunks) {
  start();
  record("a");
  Connection connection = connect();
  connection.send("GET /api/v1/events?follow=false HTTP/1.0\r\n\r\n");
  const Answer answer = connection.receive();
  EXPECT_FALSE(answer.chunked());
  EXPECT_EQ(answer.body(), framed(EventFraming::ndjson, 1, 1));
  EXPECT_TRUE(connection.ends());
}

TEST_F(EventStreamTest, AQuietStreamShowsSignsOfLifeAndOutlivesEveryTimeout) {
  start({.idle_timeout = 20ms, .write_timeout = 100ms, .heartbeat_interval = 10ms});
  StreamClient sse = open("/api/v1/events", as_sse);
  StreamClient ndjson = open("/api/v1/events", as_ndjson);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(sse.read_until(":\n\n"), ":\n\n");
    EXPECT_EQ(ndjson.read_until("\n"), "\n");
  }
  record("a");
  const std::string event = sse.read_until("data:") + sse.read_until("\n\n");
  EXPECT_TRUE(event.ends_with(framed(EventFraming::server_sent_events, 1, 1))) << event;
  EXPECT_NE(ndjson.read_until("}\n").find("\"sequence\":1"), std::string::npos);
}

TEST_F(EventStreamTest, ASlowReaderIsCutOffAndHoldsNothingUp) {
  start({.write_timeout = 100ms});
  const Sequence end = record_more_than_sockets_buffer();
  StreamClient slow(server_->endpoint(), "/api/v1/events", as_ndjson, 4096);
  EXPECT_EQ(slow.header().result_int(), 200U);
  // It takes nothing; another gets what is new meanwhile.
  StreamClient quick = open(fmt::format("/api/v1/events?from={}", end));
  EXPECT_TRUE(quick.read_until("\n") == framed(EventFraming::ndjson, end, end));
  record("b");
  EXPECT_EQ(quick.read_until("\n"), framed(EventFraming::ndjson, end + 1, end + 1));
  while (open_streams() != "1") std::this_thread::yield();
  const std::string rest = slow.read_rest();
  EXPECT_FALSE(slow.is_complete()) << "it must see that something is missing";
  // What it has is whole up to its last line, behind which it can go on.
  const auto taken = static_cast<Sequence>(std::ranges::count(rest, '\n'));
  ASSERT_LT(taken, end);
  EXPECT_TRUE(rest.starts_with(framed(EventFraming::ndjson, 1, taken)));
  StreamClient again = open("/api/v1/events", {fmt::format("Last-Event-ID: {}", taken)});
  EXPECT_TRUE(again.read_until("\n") == framed(EventFraming::ndjson, taken + 1, taken + 1));
}

TEST_F(EventStreamTest, LimitsTheStreamsAndFreesThemWithTheirClients) {
  start();
  std::vector<std::unique_ptr<StreamClient>> clients;
  for (std::size_t i = 0; i < limits::max_subscriptions; ++i) {
    clients.push_back(std::make_unique<StreamClient>(server_->endpoint(), "/api/v1/events"));
    EXPECT_EQ(clients.back()->header().result_int(), 200U);
  }
  const Answer refused = get("/api/v1/events");
  EXPECT_FALSE(problem_detail(refused, 429).empty());
  EXPECT_FALSE(refused[http::field::retry_after].empty());
  EXPECT_EQ(get("/healthz").result_int(), 200U);
  record("a");
  for (const auto& client : clients) EXPECT_FALSE(client->read_until("\n").empty());
  clients.pop_back();  // noticed at once, long before the next heartbeat
  while (true) {
    StreamClient again = open("/api/v1/events");
    if (again.header().result_int() == 200U) break;
    std::this_thread::yield();
  }
}

TEST_F(EventStreamTest, AClientThatSendsItsNextRequestEarlyGetsItsAnswerAfterTheStream) {
  start();
  record("a");
  Connection connection = connect();
  connection.send(request_text("GET", "/api/v1/events?follow=false") +
                  request_text("GET", "/healthz"));
  EXPECT_EQ(connection.receive().body(), framed(EventFraming::ndjson, 1, 1));
  EXPECT_EQ(connection.receive().result_int(), 200U);
}

TEST_F(EventStreamTest, AStopEndsStreamsAtOnceAndSaysWhy) {
  start({.stop_deadline = 1h});
  record("a");
  StreamClient sse = open("/api/v1/events", as_sse);
  StreamClient ndjson = open("/api/v1/events", as_ndjson);
  EXPECT_FALSE(sse.read_until("\n\n").empty());
  EXPECT_FALSE(ndjson.read_until("\n").empty());
  server_->stop();
  const std::string last = sse.read_rest();
  EXPECT_TRUE(last.starts_with("event: error\ndata: {")) << last;
  EXPECT_NE(last.find("the daemon is stopping"), std::string::npos) << last;
  EXPECT_TRUE(sse.is_complete());
  EXPECT_TRUE(ndjson.read_rest().starts_with("{\"problem\":{"));
  EXPECT_TRUE(ndjson.is_complete());
}

TEST_F(EventStreamTest, AStopDoesNotWaitForAReaderThatTakesNothing) {
  start({.write_timeout = 1h, .stream_end_timeout = 20ms, .stop_deadline = 1h});
  static_cast<void>(record_more_than_sockets_buffer());
  StreamClient slow(server_->endpoint(), "/api/v1/events", as_ndjson, 4096);
  EXPECT_FALSE(slow.read_until("\n").empty());  // so the rest of the batch is on its way
  server_->stop();
  static_cast<void>(slow.read_rest());
  EXPECT_FALSE(slow.is_complete());
}

TEST_F(EventStreamTest, TellsWhyWhenTheStoreEnds) {
  start();
  record("a");
  StreamClient client = open("/api/v1/events", as_sse);
  EXPECT_FALSE(client.read_until("\n\n").empty());
  ASSERT_TRUE(store_.close());
  const std::string last = client.read_rest();
  EXPECT_TRUE(last.starts_with("event: error\ndata: {")) << last;
  EXPECT_NE(last.find("\"code\":\"unavailable\""), std::string::npos) << last;
  EXPECT_TRUE(client.is_complete());
  EXPECT_EQ(get("/api/v1/events").result_int(), 503U);
}

}  // namespace
}  // namespace rounds::test
