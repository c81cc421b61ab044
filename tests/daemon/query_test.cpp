// The reading half of /api/v1.
#include <set>

#include "api/json_text.hpp"
#include "api/signature_json.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using Queries = ServerTest;

TEST_F(Queries, GiveASignatureByIdAndByFingerprint) {
  start();
  const Signature signature = record("timeout");
  const std::string expected = api::to_text(api::signature_to_json(signature));
  const Answer by_id = get("/api/v1/signatures/" + signature.id.to_string());
  EXPECT_EQ(by_id.result_int(), 200U);
  EXPECT_EQ(by_id[http::field::content_type], "application/json");
  EXPECT_EQ(by_id.body(), expected);
  EXPECT_EQ(get("/api/v1/fingerprints/fingerprint-timeout").body(), expected);
}

TEST_F(Queries, DecodeThePath) {
  start();
  static_cast<void>(record("50% of/all"));
  const Answer answer = get("/api/v1/fingerprints/fingerprint-50%25%20of%2Fall");
  EXPECT_EQ(json_of(answer).at("fingerprint"), "fingerprint-50% of/all");
}

TEST_F(Queries, TakeAnAbsoluteUrlAsTarget) {
  start();
  EXPECT_EQ(get("http://localhost/api/v1/stats").result_int(), 200U);
}

TEST_F(Queries, NameWhatIsNotThere) {
  start();
  const std::string id = SignatureId{}.to_string();
  for (const std::string& target :
       {"/api/v1/signatures/" + id, "/api/v1/signatures/" + id + "/history",
        "/api/v1/signatures/" + id + "/similar"}) {
    EXPECT_EQ(problem_detail(get(target), 404), "there is no signature " + id) << target;
  }
  EXPECT_EQ(problem_detail(get("/api/v1/fingerprints/abc"), 404),
            "there is no signature with fingerprint abc");
}

TEST_F(Queries, RefuseWhatIsNoId) {
  start();
  for (const char* target :
       {"/api/v1/signatures/x", "/api/v1/signatures/x/history", "/api/v1/signatures/x/similar"}) {
    EXPECT_NE(problem_detail(get(target), 400).find("\"x\" is not a signature id"),
              std::string::npos);
  }
}

TEST_F(Queries, TellWhatASignatureWas) {
  start();
  const Signature before = record("timeout");
  ASSERT_TRUE(store_.execute(before.id, Mute{}));
  const std::string expected = api::to_text(api::signature_to_json(before));
  const std::string by_id = "/api/v1/signatures/" + before.id.to_string();
  const std::string by_fingerprint = "/api/v1/fingerprints/fingerprint-timeout";
  for (const std::string& target : {by_id, by_fingerprint}) {
    EXPECT_EQ(get(target + "?as_of=1").body(), expected);
    EXPECT_EQ(json_of(get(target + "?as_of=2")).at("status"), "muted");
    EXPECT_EQ(json_of(get(target + "?as_of=9999-01-01T00:00:00Z")).at("status"), "muted");
    EXPECT_EQ(json_of(get(target + "?as_of=")).at("status"), "muted") << "empty means absent";
  }
}

TEST_F(Queries, SayThatASignatureWasNotThereYet) {
  start();
  const std::string id = record("timeout").id.to_string();
  for (const auto& [as_of, shown] :
       {std::pair("0", "event 0"), std::pair("1999-01-01T00:00:00Z", "1999-01-01T00:00:00.000000Z"),
        std::pair("1999-01-01T01:00:00%2B01:00", "1999-01-01T00:00:00.000000Z")}) {
    EXPECT_EQ(problem_detail(get("/api/v1/signatures/" + id + "?as_of=" + as_of), 404),
              "there was no signature " + id + " as of " + shown);
    const std::string target = "/api/v1/fingerprints/fingerprint-timeout?as_of=";
    EXPECT_EQ(
        problem_detail(get(target + as_of), 404),
        std::string("there was no signature with fingerprint fingerprint-timeout as of ") + shown);
  }
  const std::string absent = SignatureId{}.to_string();
  EXPECT_EQ(problem_detail(get("/api/v1/signatures/" + absent + "?as_of=1"), 404),
            "there was no signature " + absent + " as of event 1");
}

TEST_F(Queries, TellWhatTheStatisticsWere) {
  start();
  const Signature first = record("a");
  const auto before = json_of(get("/api/v1/stats")).as_object();
  ASSERT_TRUE(store_.execute(first.id, Mute{}));
  static_cast<void>(record("b"));
  const auto then = json_of(get("/api/v1/stats?as_of=1")).as_object();
  EXPECT_TRUE(then.at("oldest_age_seconds").is_null()) << "nobody asks how old it is today";
  for (const auto& [name, value] : before) {
    if (name != "oldest_age_seconds") EXPECT_EQ(then.at(name), value) << name;
  }
  EXPECT_EQ(json_of(get("/api/v1/stats?as_of=0")).at("total"), 0);
  EXPECT_EQ(json_of(get("/api/v1/stats?as_of=3")).at("by_status").at("muted"), 1);
}

TEST_F(Queries, RefuseMomentsThatAreNoneOrHaveNotCome) {
  start();
  const std::string id = record("timeout").id.to_string();
  for (const std::string& target :
       {"/api/v1/signatures/" + id, std::string("/api/v1/fingerprints/fingerprint-timeout"),
        std::string("/api/v1/stats")}) {
    EXPECT_EQ(problem_detail(get(target + "?as_of=yesterday"), 400),
              "as_of: \"yesterday\" is neither the sequence of an event nor an RFC 3339 time; "
              "write it like 1200 or 2026-11-23T14:31:07Z");
    EXPECT_EQ(problem_detail(get(target + "?as_of=2"), 400),
              "event 2 is not there yet: the log ends with event 1");
    EXPECT_EQ(problem_detail(get(target + "?asof=1"), 400),
              "there is no query parameter \"asof\" here; use as_of");
  }
}

TEST_F(Queries, PageThroughAListing) {
  start();
  constexpr int count = 7;
  for (int i = 0; i < count; ++i) {
    static_cast<void>(record("failure-" + std::to_string(i), i + 1));
  }
  std::vector<std::string> seen;
  std::string target = "/api/v1/signatures?limit=3";
  for (int pages = 0; pages < count; ++pages) {
    const auto page = json_of(get(target));
    EXPECT_EQ(page.at("sequence"), count);
    for (const auto& signature : page.at("signatures").as_array()) {
      seen.emplace_back(signature.at("fingerprint").as_string());
    }
    const auto& next = page.at("next_cursor");
    if (next.is_null()) break;
    target = "/api/v1/signatures?limit=3&cursor=" + std::string(next.as_string());
  }
  ASSERT_EQ(seen.size(), std::size_t{count});
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(seen[static_cast<std::size_t>(i)],
              "fingerprint-failure-" + std::to_string(count - 1 - i));
  }
}

TEST_F(Queries, FilterAListing) {
  start();
  ASSERT_TRUE(
      store_.record({make_occurrence(make_identity("a", "web shop", "IoError"), at_second(1)),
                     make_occurrence(make_identity("b", "checkout"), at_second(2))}));
  const auto count = [&](const std::string& query) {
    return json_of(get("/api/v1/signatures?" + query)).at("signatures").as_array().size();
  };
  EXPECT_EQ(count("service=web%20shop"), 1U);
  EXPECT_EQ(count("service=web+shop"), 1U);
  EXPECT_EQ(count("error_type=TypeError"), 1U);
  EXPECT_EQ(count("status=new"), 2U);
  EXPECT_EQ(count("status=muted"), 0U);
  EXPECT_EQ(count("status=new&service=checkout&error_type=TypeError"), 1U);
  const auto tagged = store_.get_by_fingerprint("fingerprint-b").value().value();
  ASSERT_TRUE(store_.execute(tagged.id, ChangeTags{{"out of memory"}, {}}));
  EXPECT_EQ(count("tag=out%20of%20memory"), 1U);
  EXPECT_EQ(count("tag=out+of+memory&service=checkout&status=new"), 1U);
  EXPECT_EQ(count("tag=out+of+memory&service=web+shop"), 0U);
  EXPECT_EQ(count("tag=memory"), 0U);
  EXPECT_EQ(count("status=&service=&error_type=&tag=&limit=&cursor="), 2U) << "empty means absent";
}

TEST_F(Queries, RefuseBadParametersWithAReason) {
  start();
  const auto detail = [&](const std::string& query) {
    return problem_detail(get("/api/v1/signatures?" + query), 400);
  };
  EXPECT_EQ(detail("limit=abc"), "limit is \"abc\"; use a number from 1 to 1000");
  EXPECT_EQ(detail("limit=0"), "limit is 0; use 1 to 1000");
  EXPECT_EQ(detail("limit=1001"), "limit is 1001; use 1 to 1000");
  EXPECT_NE(detail("limit=-1").find("limit"), std::string::npos);
  EXPECT_NE(detail("status=open").find("open"), std::string::npos);
  EXPECT_NE(detail("cursor=zz").find("cursor"), std::string::npos);
  EXPECT_EQ(detail("statsu=new"),
            "there is no query parameter \"statsu\" here; use status, service, error_type, tag, "
            "limit, cursor");
  EXPECT_FALSE(detail("limit=1&limit=2").empty());
}

TEST_F(Queries, PageThroughAHistory) {
  start();
  const Signature signature = record("timeout");
  ASSERT_TRUE(store_.execute(signature.id, Mute{}, {.provenance = {"alice", "noise", "r1"}}));
  ASSERT_TRUE(store_.execute(signature.id, Resolve{"restarted", "2.4.1"}));
  const std::string target = "/api/v1/signatures/" + signature.id.to_string() + "/history?limit=2";
  const auto first = json_of(get(target));
  const auto& events = first.at("events").as_array();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("kind"), "signature_detected");
  EXPECT_EQ(events[1].at("kind"), "signature_muted");
  EXPECT_EQ(events[1].at("actor"), "alice");
  const auto second =
      json_of(get(target + "&cursor=" + std::string(first.at("next_cursor").as_string())));
  ASSERT_EQ(second.at("events").as_array().size(), 1U);
  EXPECT_EQ(second.at("events").as_array()[0].at("fix"), "restarted");
  EXPECT_EQ(second.at("events").as_array()[0].at("release"), "2.4.1");
  EXPECT_TRUE(second.at("next_cursor").is_null());
  EXPECT_FALSE(problem_detail(get(target + "&cursor=x"), 400).empty());
}

TEST_F(Queries, ListWhatIsPending) {
  start();
  const Signature muted = record("muted");
  static_cast<void>(record("pending"));
  ASSERT_TRUE(store_.execute(muted.id, Mute{}));
  const auto page = json_of(get("/api/v1/pending?limit=10"));
  ASSERT_EQ(page.at("signatures").as_array().size(), 1U);
  EXPECT_EQ(page.at("signatures").as_array()[0].at("fingerprint"), "fingerprint-pending");
  EXPECT_FALSE(problem_detail(get("/api/v1/pending?status=new"), 400).empty());
}

TEST_F(Queries, ListWhatIsSimilar) {
  start();
  const Signature signature = record("a");
  static_cast<void>(record("b"));
  static_cast<void>(record("c"));
  const std::string target = "/api/v1/signatures/" + signature.id.to_string() + "/similar";
  EXPECT_EQ(json_of(get(target)).at("signatures").as_array().size(), 2U);
  EXPECT_EQ(json_of(get(target + "?limit=1")).at("signatures").as_array().size(), 1U);
}

TEST_F(Queries, GiveStatistics) {
  ManualClock clock(at_second(100));
  start({.clock = &clock});
  static_cast<void>(record("timeout", 40));
  const auto stats = json_of(get("/api/v1/stats"));
  EXPECT_EQ(stats.at("total"), 1);
  EXPECT_EQ(stats.at("by_status").at("new"), 1);
  EXPECT_EQ(stats.at("by_service").at("checkout"), 1);
  EXPECT_EQ(stats.at("oldest_age_seconds").as_double(), 60.0);
}

TEST_F(Queries, AnswerAClosedStoreWith503) {
  start();
  ASSERT_TRUE(store_.close());
  const Answer answer = get("/api/v1/stats");
  EXPECT_EQ(problem_detail(answer, 503), store_closed().message);
  EXPECT_FALSE(answer[http::field::retry_after].empty());
  EXPECT_EQ(get("/metrics").result_int(), 200U) << "the daemon's own metrics remain";
}

}  // namespace
}  // namespace rounds::test
