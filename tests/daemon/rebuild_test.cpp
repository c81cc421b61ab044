// POST and GET /api/v1/rebuilds: one at a time, watched from outside, given up when the daemon
// stops.
#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/server_fixture.hpp"

namespace rounds::test {
namespace {

using testing::HasSubstr;

// A rebuild that lasts until it is released, or told to give up.
class HeldRebuild {
 public:
  Result<Sequence> operator()(const std::vector<std::string>& projections,
                              const daemon::Rebuilds::Progress& progress,
                              const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    progress(30, 70);
    asked_ = projections;
    begun_ = true;
    changed_.notify_all();
    changed_.wait(lock, stop, [this] { return released_; });
    if (!stop.stop_requested()) return 42;
    given_up_ = true;
    changed_.notify_all();
    return fail(ErrorCode::unavailable, "given up");
  }
  void wait_until_given_up() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return given_up_; });
  }
  std::vector<std::string> wait_until_begun() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begun_; });
    return asked_;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> asked_;
  bool begun_ = false;
  bool released_ = false;
  bool given_up_ = false;
};

class RebuildHttpTest : public ServerTest {
 protected:
  void start_with(daemon::Rebuilds::Run run) {
    daemon::ServerOptions options;
    options.rebuild = std::move(run);
    options.projections = {"signatures", "by_status"};
    start(std::move(options));
  }

  [[nodiscard]] Answer ask(std::string_view body) const {
    return post("/api/v1/rebuilds", "application/json", body);
  }
};

TEST_F(RebuildHttpTest, IsWatchedUntilItIsDone) {
  HeldRebuild held;
  start_with(std::ref(held));
  const Answer started = ask(R"({"projections":["by_status"]})");
  EXPECT_EQ(started.result_int(), 200U);
  EXPECT_THAT(started.body(), HasSubstr(R"("number":1,"state":"running")"));
  EXPECT_EQ(held.wait_until_begun(), std::vector<std::string>{"by_status"});
  EXPECT_THAT(get("/api/v1/rebuilds/1").body(), HasSubstr(R"("events_done":30,"events_total":70)"));
  EXPECT_EQ(ask("").result_int(), 409U) << "one at a time";
  held.release();
  std::string body;
  do {
    body = get("/api/v1/rebuilds/1").body();
  } while (body.find("running") != std::string::npos);
  EXPECT_THAT(body, HasSubstr(R"("state":"done")"));
  EXPECT_THAT(body, HasSubstr(R"("sequence":42)"));
  EXPECT_THAT(ask("").body(), HasSubstr(R"("number":2)"));
  EXPECT_EQ(get("/api/v1/rebuilds/1").result_int(), 404U) << "only the last one is remembered";
  server_.reset();  // waits for the second one, which uses `held`
}

TEST_F(RebuildHttpTest, IsGivenUpWhenTheServerStops) {
  HeldRebuild held;
  start_with(std::ref(held));
  EXPECT_EQ(ask("").result_int(), 200U);
  EXPECT_TRUE(held.wait_until_begun().empty());
  server_->stop();
  held.wait_until_given_up();
  server_.reset();  // as above
}

TEST_F(RebuildHttpTest, RefusesWhatIsNoRebuild) {
  start_with([](const auto&, const auto&, const auto&) -> Result<Sequence> { return 1; });
  const Answer unknown = ask(R"({"projections":["nonsense"]})");
  EXPECT_EQ(unknown.result_int(), 400U);
  EXPECT_THAT(unknown.body(), HasSubstr("signatures, by_status"));
  EXPECT_EQ(ask(R"({"projection":[]})").result_int(), 400U);
  EXPECT_EQ(get("/api/v1/rebuilds/7").result_int(), 404U);
  EXPECT_EQ(get("/api/v1/rebuilds/x").result_int(), 400U);
}

}  // namespace
}  // namespace rounds::test
