// The writing half of /api/v1: commands on signatures.
#include <boost/json/serialize.hpp>

#include "api/signature_json.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

class Commands : public ServerTest {
 protected:
  void SetUp() override {
    start();
    signature_ = record("timeout");
  }

  [[nodiscard]] std::string target(const std::string& command) const {
    return "/api/v1/signatures/" + signature_.id.to_string() + "/" + command;
  }

  // Runs a command that must succeed; returns the status afterwards.
  [[nodiscard]] std::string status_after(const std::string& command, const std::string& body) {
    const Answer answer = post_json(target(command), body);
    EXPECT_EQ(answer.result_int(), 200U) << answer.body();
    if (answer.result_int() != 200) return {};
    return std::string(json_of(answer).at("status").as_string());
  }

  Signature signature_;
};

TEST_F(Commands, LeadThroughTheWholeLifecycle) {
  const std::string diagnosis = boost::json::serialize(api::diagnosis_to_json(make_diagnosis()));
  EXPECT_EQ(status_after("investigate", "{}"), "investigating");
  EXPECT_EQ(status_after("revert", "{}"), "new");
  EXPECT_EQ(status_after("diagnose", "{\"diagnosis\": " + diagnosis + "}"), "diagnosed");
  EXPECT_EQ(status_after("resolve", R"({"fix": "restarted"})"), "resolved");
  EXPECT_EQ(status_after("mute", R"({"reason": "noise", "actor": "alice"})"), "muted");
  EXPECT_EQ(status_after("retriage", "{}"), "new");
  EXPECT_EQ(status_after("tags", R"({"add": ["b", "a"]})"), "new");
  const auto stored = store_.get_by_id(signature_.id).value().value();
  EXPECT_EQ(stored.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(stored.version, 8U);
}

TEST_F(Commands, AnswerWithTheSignature) {
  const Answer answer = post_json(target("mute"), "{}");
  const auto back = api::signature_from_json(json_of(answer));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->id, signature_.id);
  EXPECT_EQ(back->version, 2U);
}

TEST_F(Commands, NeedNoBody) {
  EXPECT_EQ(json_of(post(target("mute"), "", "")).at("status"), "muted");
}

TEST_F(Commands, TakeParametersOfTheContentType) {
  EXPECT_EQ(post(target("mute"), "Application/JSON; charset=utf-8", "{}").result_int(), 200U);
}

TEST_F(Commands, RecordWhoAndWhy) {
  static_cast<void>(
      status_after("mute", R"({"reason": "noise", "actor": "alice", "request_id": "r1"})"));
  const auto history = store_.history(signature_.id, {});
  EXPECT_EQ(history->events.back().provenance, (Provenance{"alice", "noise", "r1"}));
}

TEST_F(Commands, AreRefusedByTheLifecycleWith409) {
  EXPECT_EQ(status_after("mute", "{}"), "muted");
  const Answer answer = post_json(target("mute"), "{}");
  EXPECT_NE(problem_detail(answer, 409).find("muted"), std::string::npos);
  EXPECT_EQ(json_of(answer).at("code"), "refused");
}

TEST_F(Commands, ConflictWithAStaleVersion) {
  EXPECT_EQ(status_after("mute", R"({"expected_version": 1})"), "muted");
  const Answer answer = post_json(target("retriage"), R"({"expected_version": 1})");
  EXPECT_NE(problem_detail(answer, 409).find("at version 2"), std::string::npos);
  EXPECT_EQ(json_of(answer).at("code"), "conflict");
}

TEST_F(Commands, NameAnUnknownSignature) {
  const std::string id = SignatureId{}.to_string();
  EXPECT_EQ(problem_detail(post_json("/api/v1/signatures/" + id + "/mute", "{}"), 404),
            "there is no signature " + id);
  EXPECT_FALSE(problem_detail(post_json("/api/v1/signatures/x/mute", "{}"), 400).empty());
}

TEST_F(Commands, NameAnUnknownCommand) {
  EXPECT_FALSE(problem_detail(post_json(target("explode"), "{}"), 404).empty());
}

TEST_F(Commands, NameWhatIsWrongWithTheBody) {
  const auto detail = [&](const std::string& command, const std::string& body) {
    return problem_detail(post_json(target(command), body), 400);
  };
  EXPECT_NE(detail("mute", "{").find("the request body is not valid JSON"), std::string::npos);
  EXPECT_EQ(detail("mute", "[]"), "the request body must be a JSON object");
  EXPECT_NE(detail("mute", R"({"reson": "x"})").find("\"reson\""), std::string::npos);
  EXPECT_EQ(detail("diagnose", "{}"), "the request body lacks \"diagnosis\"");
  EXPECT_FALSE(detail("tags", R"({"add": [""]})").empty());
}

TEST_F(Commands, RefuseOtherContentTypes) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", ""}) {
    EXPECT_NE(problem_detail(post(target("mute"), type, "{}"), 415).find("application/json"),
              std::string::npos)
        << type;
  }
  EXPECT_FALSE(problem_detail(
                   post(target("mute"), "application/json", "{}", {"Content-Encoding: gzip"}), 415)
                   .empty());
}

TEST_F(Commands, RefuseLargeBodies) {
  const std::string body(2 * 1024 * 1024 + 1, ' ');
  EXPECT_NE(problem_detail(post_json(target("mute"), body), 413).find("2097152"),
            std::string::npos);
}

TEST_F(Commands, TellClientsOfAnOverloadToRetry) {
  store_.refuse_writes({ErrorCode::overloaded, "the queue is full; retry later"});
  const Answer answer = post_json(target("mute"), "{}");
  EXPECT_EQ(problem_detail(answer, 429), "the queue is full; retry later");
  EXPECT_FALSE(answer[http::field::retry_after].empty());
}

}  // namespace
}  // namespace rounds::test
