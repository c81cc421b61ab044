// A disk that stops: requests wait or are refused, memory stays, and nothing is lost.
#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "store/rocks_store.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

constexpr std::size_t errors_per_request = 500;
constexpr std::size_t requests_that_fit = 16;
constexpr std::size_t senders = 2 * requests_that_fit;
constexpr std::size_t refused_requests = 1000;

// Of this process.
std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Errors that are all different, each of some 500 bytes.
std::string body_of(std::size_t number) {
  std::string records;
  for (std::size_t i = 0; i < errors_per_request; ++i) {
    if (i > 0) records += ',';
    records += fmt::format(
        R"({{"timeUnixNano":"1767225600{:09}","severityNumber":17,"body":{{"stringValue":"{}"}}}})",
        (number * errors_per_request) + i, std::string(400, static_cast<char>('a' + (i % 26))));
  }
  return R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[)" + records + "]}]}]}";
}

std::string request_of(std::size_t number) {
  return request_text("POST", "/v1/logs", body_of(number), {"Content-Type: application/json"});
}

// Sanitizers keep freed memory, to find who uses it.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ROUNDS_TEST_KEEPS_MEMORY
#endif
#endif
#ifdef ROUNDS_TEST_KEEPS_MEMORY
constexpr bool memory_tells = false;
#else
constexpr bool memory_tells = true;
#endif

class StoppedDisk : public testing::Test {
 protected:
  void SetUp() override {
    RocksStoreOptions options;
    options.env = environment_.env.get();
    auto store = RocksStore::open(directory_.path() / "data", std::move(options));
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    daemon::ServerOptions server;
    server.listen = {boost::asio::ip::address_v4::loopback(), 0};
    server.request_memory_bytes = requests_that_fit * body_of(0).size() + body_of(0).size() / 2;
    auto started = daemon::Server::start(*store_, server);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }

  Answer send(std::size_t number) {
    Connection connection(server_->endpoint());
    connection.send(request_of(number));
    return connection.receive();
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<daemon::Server> server_;
};

TEST_F(StoppedDisk, CostsNoMoreMemoryHoweverMuchIsSentAndLosesNothing) {
  environment_.files->slow_down(std::chrono::hours{1});
  std::atomic<std::size_t> taken = 0;
  std::atomic<std::size_t> refused = 0;
  std::vector<std::jthread> threads;
  threads.reserve(senders);
  for (std::size_t number = 0; number < senders; ++number) {
    threads.emplace_back([&, number] {
      const Answer answer = send(number);
      ++(answer.result_int() == 200 ? taken : refused);
      refused.notify_all();
    });
  }
  // The others are in the daemon, and wait for the disk.
  for (std::size_t seen = 0; seen < senders - requests_that_fit; seen = refused.load()) {
    refused.wait(seen);
  }
  EXPECT_EQ(taken.load(), 0U) << "nothing is acknowledged that is not on the disk";

  const std::size_t before = resident_bytes();
  for (std::size_t number = 0; number < refused_requests; ++number) {
    const Answer answer = send(senders + number);
    ASSERT_EQ(answer.result_int(), 503U);
    ASSERT_EQ(answer["Retry-After"], "5");
  }
  if (memory_tells) {
    const std::size_t sent = refused_requests * body_of(senders).size();
    const std::size_t grown = resident_bytes() - std::min(before, resident_bytes());
    EXPECT_LT(grown, sent / 4) << "of " << sent << " bytes that were sent";
  }
  Connection query(server_->endpoint());
  query.send(request_text("GET", "/api/v1/stats"));
  EXPECT_EQ(query.receive().result_int(), 200U);

  environment_.files->slow_down(std::chrono::milliseconds{0});
  threads.clear();
  EXPECT_EQ(taken.load(), requests_that_fit);
  EXPECT_EQ(store_->get_stats()->occurrence_count, requests_that_fit * errors_per_request);
  // Who was refused sends again, and so does, to be sure, everybody else.
  for (std::size_t number = 0; number < senders; ++number) {
    EXPECT_EQ(send(number).result_int(), 200U);
  }
  EXPECT_EQ(store_->get_stats()->occurrence_count, senders * errors_per_request);
}

}  // namespace
}  // namespace rounds::test
