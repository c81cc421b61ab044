// POST /api/v1/backups: one at a time, beside everything else, where the owner says.
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/backup_json.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using testing::HasSubstr;

Backup sample() {
  return {.number = 3,
          .log_id = SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91").value(),
          .sequence = 42,
          .chain = 7,
          .created_at = at_second(1),
          .file_count = 5,
          .bytes = 1000};
}

class BackupHttpTest : public ServerTest {
 protected:
  void start_with(daemon::Backups::Create create) {
    daemon::ServerOptions options;
    options.create_backup = std::move(create);
    start(std::move(options));
  }

  [[nodiscard]] Answer ask() const { return post("/api/v1/backups", "", ""); }
};

// A backup that lasts until it is released, or told to give up.
class HeldBackup {
 public:
  Result<Backup> operator()(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    begun_ = true;
    changed_.notify_all();
    changed_.wait(lock, stop, [this] { return released_; });
    if (stop.stop_requested()) return fail(ErrorCode::unavailable, "given up");
    return sample();
  }
  void wait_until_begun() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begun_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool begun_ = false;
  bool released_ = false;
};

TEST_F(BackupHttpTest, AnswersWhatWasBackedUp) {
  start_with([](const std::stop_token&) -> Result<Backup> { return sample(); });
  const Answer answer = ask();
  EXPECT_EQ(answer.result_int(), 200U);
  const auto backup = api::backup_from_json(json_of(answer));
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(*backup, sample());
}

TEST_F(BackupHttpTest, WithoutADirectoryThereAreNone) {
  start();
  EXPECT_THAT(problem_detail(ask(), 409), HasSubstr("--backup-dir"));
}

TEST_F(BackupHttpTest, ClientsChooseNothing) {
  start_with([](const std::stop_token&) -> Result<Backup> { return sample(); });
  EXPECT_EQ(post_json("/api/v1/backups", R"({"directory": "/etc"})").result_int(), 413U);
  EXPECT_EQ(get("/api/v1/backups").result_int(), 405U);
}

TEST_F(BackupHttpTest, FailuresSayWhy) {
  start_with([](const std::stop_token&) -> Result<Backup> {
    return fail(ErrorCode::io_error, "the disk is full");
  });
  EXPECT_THAT(problem_detail(ask(), 503), HasSubstr("the disk is full"));
  EXPECT_THAT(problem_detail(ask(), 503), HasSubstr("the disk is full")) << "another may be tried";
}

TEST_F(BackupHttpTest, OneIsMadeAtATimeBesideEverythingElse) {
  HeldBackup held;
  start_with([&](const std::stop_token& stop) { return held(stop); });
  Connection first = connect();
  first.send(request_text("POST", "/api/v1/backups"));
  held.wait_until_begun();
  EXPECT_THAT(problem_detail(ask(), 409), HasSubstr("being made"));
  const Signature signature = record("a");
  EXPECT_EQ(get("/api/v1/signatures/" + signature.id.to_string()).result_int(), 200U);
  held.release();
  EXPECT_EQ(first.receive().result_int(), 200U);
  EXPECT_EQ(ask().result_int(), 200U);
}

TEST_F(BackupHttpTest, OneUnderWayIsGivenUpWhenTheDaemonStops) {
  HeldBackup held;
  start_with([&](const std::stop_token& stop) { return held(stop); });
  Connection client = connect();
  client.send(request_text("POST", "/api/v1/backups"));
  held.wait_until_begun();
  std::jthread stopping([this] { server_->stop(); });
  EXPECT_THAT(problem_detail(client.receive(), 503), HasSubstr("given up"));
  stopping.join();
}

TEST_F(BackupHttpTest, AnExceptionIsThatRequestsOwn) {
  bool thrown = false;
  start_with([&](const std::stop_token&) -> Result<Backup> {
    if (!std::exchange(thrown, true)) throw std::bad_alloc();
    return sample();
  });
  EXPECT_THAT(problem_detail(ask(), 500), HasSubstr("see its log"));
  EXPECT_EQ(ask().result_int(), 200U);
}

}  // namespace
}  // namespace rounds::test
