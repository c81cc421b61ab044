// Who may do what: token files, tokens over HTTP, and pages of other sites.
#include "daemon/access.hpp"

#include <deque>
#include <fstream>

#include "daemon/limits.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

using daemon::Access;
using daemon::AccessControl;
using daemon::TokenFiles;
using std::filesystem::perms;

constexpr const char* ingest_token = "ingest-0123456789abcdef";
constexpr const char* admin_token = "admin-0123456789abcdef";
constexpr const char* json_type = "Content-Type: application/json";

std::string bearer(const std::string& token) {
  return "Authorization: Bearer " + token;
}

class AccessTest : public ServerTest {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text,
                              perms mode = perms::owner_read | perms::owner_write) {
    auto path = directory_.path() / name;
    std::ofstream(path) << text;
    std::filesystem::permissions(path, mode);
    return path;
  }

  // With an ingest and an admin token.
  std::shared_ptr<AccessControl> guarded() {
    auto access = std::make_shared<AccessControl>();
    EXPECT_TRUE(access->load({write("ingest", std::string(ingest_token) + "\n"),
                              write("admin", std::string(admin_token) + "\n")}));
    return access;
  }

  void start_guarded() {
    daemon::ServerOptions options;
    options.access = guarded();
    start(options);
  }

  // The status of one request with these header fields.
  unsigned status(std::string_view method, std::string_view target,
                  const std::vector<std::string>& fields) {
    Connection connection = connect();
    connection.send(request_text(method, target, method == "POST" ? "{}" : "", fields));
    return connection.receive().result_int();
  }

  TemporaryDirectory directory_;
};

TEST_F(AccessTest, WithoutTokensEverybodyMayDoEverything) {
  const AccessControl access;
  EXPECT_FALSE(access.is_enforced());
  EXPECT_TRUE(access.admits(Access::admin, ""));
  EXPECT_TRUE(access.is_ingest_token("anything"));
}

TEST_F(AccessTest, AnIngestTokenSendsTelemetryAndNothingElse) {
  start_guarded();
  const std::vector<std::string> fields{bearer(ingest_token), json_type};
  EXPECT_EQ(status("POST", "/v1/logs", fields), 200U);
  EXPECT_EQ(status("POST", "/v1/traces", fields), 200U);
  for (const char* target : {"/api/v1/signatures", "/api/v1/stats", "/api/v1/events", "/metrics",
                             "/api/v1/rebuilds/1"}) {
    EXPECT_EQ(status("GET", target, fields), 401U) << target;
  }
  for (const char* target : {"/api/v1/backups", "/api/v1/rebuilds",
                             "/api/v1/signatures/0190163d-8694-739b-aea5-966c26f8ad91/mute"}) {
    EXPECT_EQ(status("POST", target, fields), 401U) << target;
  }
}

TEST_F(AccessTest, AnAdminTokenDoesEverything) {
  start_guarded();
  const std::vector<std::string> fields{bearer(admin_token), json_type};
  EXPECT_EQ(status("POST", "/v1/logs", fields), 200U);
  EXPECT_EQ(status("GET", "/api/v1/stats", {bearer(admin_token)}), 200U);
  EXPECT_EQ(status("GET", "/metrics", {"authorization: bearer " + std::string(admin_token)}), 200U);
}

TEST_F(AccessTest, HealthAndTheDescriptionOfTheInterfaceNeedNoToken) {
  start_guarded();
  EXPECT_EQ(status("GET", "/openapi.json", {}), 200U);
  EXPECT_EQ(status("GET", "/healthz", {}), 200U);
  EXPECT_EQ(status("GET", "/readyz", {}), 200U);
}

// An envelope with this key as that of its DSN; empty: without one.
std::string envelope_with(const std::string& key) {
  const std::string dsn = key.empty() ? "" : R"("dsn":"http://)" + key + R"(@localhost/1")";
  return "{" + dsn + "}\n{\"type\":\"event\"}\n{\"message\":\"m\"}\n";
}

TEST_F(AccessTest, TheKeyOfASentrySdkIsAnIngestTokenWhereverItStands) {
  start_guarded();
  const std::string target = "/api/1/envelope/";
  const auto send = [&](const std::string& in_field, const std::string& in_query,
                        const std::string& in_dsn) {
    std::vector<std::string> fields;
    if (!in_field.empty()) fields.push_back("X-Sentry-Auth: Sentry sentry_key=" + in_field);
    const std::string query = in_query.empty() ? "" : "?sentry_key=" + in_query;
    return post(target + query, "", envelope_with(in_dsn), fields).result_int();
  };
  for (const std::string token : {ingest_token, admin_token}) {
    EXPECT_EQ(send(token, "", ""), 200U);
    EXPECT_EQ(send("", token, ""), 200U);
    EXPECT_EQ(send("", "", token), 200U);
  }
  EXPECT_EQ(send("", "", ""), 401U);
  EXPECT_EQ(send("another", "", ingest_token), 401U) << "the one in the header counts";
  EXPECT_EQ(send("", "another", ingest_token), 401U);
  EXPECT_EQ(send("", "", "another"), 401U);
  EXPECT_EQ(store_.get_stats()->occurrence_count, 6U);
}

TEST_F(AccessTest, AWrongSentryKeyIsRefusedBeforeItsBodyComes) {
  start_guarded();
  Connection connection = connect();
  connection.send(
      "POST /api/1/envelope/?sentry_key=another HTTP/1.1\r\nHost: x\r\n"
      "Content-Length: 100000\r\n\r\n");
  EXPECT_EQ(connection.receive().result_int(), 401U);
}

TEST_F(AccessTest, ClientsWhoseKeyIsInTheBodyLeaveHalfOfTheMemoryToOthers) {
  daemon::ServerOptions options;
  options.access = guarded();
  options.request_memory_bytes = 16 * daemon::first_body_reservation_bytes;
  start(options);
  std::deque<Connection> strangers;
  std::size_t waiting = 0;
  for (int i = 0; i < 16; ++i) {
    strangers.emplace_back(server_->endpoint());
    strangers.back().send(
        "POST /api/1/envelope/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
        "Expect: 100-continue\r\n\r\n");
    const unsigned status = strangers.back().receive().result_int();
    if (status == 100) ++waiting;
    EXPECT_TRUE(status == 100 || status == 429) << status;
  }
  EXPECT_EQ(waiting, 8U);
  const std::string large = envelope_with("") + std::string(400'000, ' ');
  EXPECT_EQ(
      post("/api/1/envelope/?sentry_key=" + std::string(ingest_token), "", large).result_int(),
      200U);
}

TEST_F(AccessTest, ARefusalSaysWhichTokenIsMissing) {
  start_guarded();
  Answer answer = get("/api/v1/stats");
  EXPECT_NE(problem_detail(answer, 401).find("admin token"), std::string::npos);
  EXPECT_EQ(answer[http::field::www_authenticate], "Bearer realm=\"rounds admin\"");
  answer = post_json("/v1/logs", "{}");
  EXPECT_EQ(answer.result_int(), 401U);
  EXPECT_EQ(answer[http::field::www_authenticate], "Bearer realm=\"rounds ingest\"");
  EXPECT_EQ(json_of(answer).at("code"), 16) << "OTLP clients read a google.rpc.Status";
  answer = post("/v1/logs", "", "{}");
  EXPECT_NE(problem_detail(answer, 401).find("ingest token"), std::string::npos);
}

TEST_F(AccessTest, WhatIsNotTheWholeTokenIsNone) {
  start_guarded();
  const std::string token = admin_token;
  for (const std::string& field :
       {bearer(""), bearer(token.substr(1)), bearer(token + "x"), bearer("x" + token),
        "Authorization: Basic " + token, "Authorization: " + token, "Authorization: Bearer" + token,
        bearer(token + " " + token), std::string("X-Token: ") + token}) {
    EXPECT_EQ(status("GET", "/api/v1/stats", {field}), 401U) << field;
  }
}

TEST_F(AccessTest, TokensAreReplacedWhileRequestsGoOn) {
  daemon::ServerOptions options;
  const auto access = guarded();
  options.access = access;
  start(options);
  Connection kept = connect();
  const std::string with_old = request_text("GET", "/api/v1/stats", "", {bearer(admin_token)});
  kept.send(with_old);
  EXPECT_EQ(kept.receive().result_int(), 200U);
  const std::string fresh = "fresh-0123456789abcdef";
  const TokenFiles both{{}, write("admin", fresh + "\n# to be retired\n" + admin_token + "\n")};
  ASSERT_TRUE(access->load(both));
  EXPECT_EQ(status("GET", "/api/v1/stats", {bearer(fresh)}), 200U);
  kept.send(with_old);
  EXPECT_EQ(kept.receive().result_int(), 200U) << "two tokens count while one replaces the other";
  ASSERT_TRUE(access->load({{}, write("admin", fresh)}));
  kept.send(with_old);
  EXPECT_EQ(kept.receive().result_int(), 401U);
}

TEST_F(AccessTest, ABadTokenFileLeavesTheTokensAsTheyWere) {
  const auto access = guarded();
  EXPECT_FALSE(access->load({{}, directory_.path() / "absent"}));
  EXPECT_TRUE(access->is_ingest_token(ingest_token));
}

TEST_F(AccessTest, TokenFilesThatCannotBeMeantAreRefused) {
  const std::string secret = "0123456789abcdef0123456789abcdef";
  const auto world_readable = perms::owner_read | perms::others_read;
  const std::vector<std::pair<std::filesystem::path, std::string>> wrong{
      {directory_.path() / "absent", "cannot be read"},
      {directory_.path(), "cannot be read"},
      {write("open", secret, world_readable), "everybody"},
      {write("empty", "\n# nothing\n"), "0 tokens"},
      {write("short", "0123456789abcde"), "15 characters"},
      {write("long", std::string(daemon::max_token_bytes + 1, 'a')), "characters"},
      {write("spaces", secret + " " + secret), "characters other than"},
      {write("controls", secret + "\x1B[31m"), "characters other than"},
      {write("large", std::string(1024 * 1024, '\n')), "bytes or more"}};
  std::filesystem::permissions(directory_.path(), perms::owner_all);
  for (const auto& [path, reason] : wrong) {
    const auto tokens = daemon::read_token_file(path);
    ASSERT_FALSE(tokens) << path;
    EXPECT_NE(tokens.error().message.find(reason), std::string::npos) << tokens.error().message;
    EXPECT_NE(tokens.error().message.find(path.string()), std::string::npos);
    EXPECT_EQ(tokens.error().message.find(secret), std::string::npos) << "quotes the token";
  }
}

TEST_F(AccessTest, LinesOfATokenFileMayEndInAnyWay) {
  const auto tokens =
      daemon::read_token_file(write("tokens", "  0123456789abcdef\t\r\n\r\n0123456789abcdeg"));
  ASSERT_TRUE(tokens) << tokens.error().message;
  EXPECT_EQ(tokens->size(), 2U);
}

TEST_F(AccessTest, LocalNamesHaveNoDotsAndAddressesAreLocal) {
  for (const char* host : {"localhost", "LocalHost:4318", "127.0.0.1", "127.0.0.1:4318",
                           "[::1]:4318", "[::1]", "192.0.2.7:80", "rounds:4318"}) {
    EXPECT_TRUE(daemon::is_local_host(host)) << host;
  }
  for (const char* host : {"", "evil.example", "evil.example:4318", "localhost.evil.example",
                           "127.0.0.1.evil.example", "[", "[]", ":4318", "1.2.3"}) {
    EXPECT_FALSE(daemon::is_local_host(host)) << host;
  }
  EXPECT_TRUE(daemon::is_local_origin("http://localhost:3000"));
  for (const char* origin : {"null", "", "https://evil.example", "localhost"}) {
    EXPECT_FALSE(daemon::is_local_origin(origin)) << origin;
  }
}

TEST_F(AccessTest, WithoutTokensPagesOfOtherSitesGetNothing) {
  daemon::ServerOptions options;
  options.local_only = true;
  start(options);
  Connection connection = connect();
  connection.send("GET /api/v1/stats HTTP/1.1\r\nHost: evil.example:4318\r\n\r\n");
  EXPECT_NE(problem_detail(connection.receive(), 421).find("evil.example"), std::string::npos)
      << "a name of theirs that points here";
  EXPECT_EQ(status("POST", "/api/v1/rebuilds", {"Origin: https://evil.example"}), 403U);
  EXPECT_EQ(status("POST", "/v1/logs", {"Origin: null", json_type}), 403U);
  EXPECT_EQ(status("GET", "/api/v1/stats", {"Origin: http://localhost:3000"}), 200U);
  EXPECT_EQ(status("GET", "/api/v1/stats", {}), 200U);
}

}  // namespace
}  // namespace rounds::test
