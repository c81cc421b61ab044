// A writing process is killed (kill -9) at random moments: everything it was told is there, and
// nothing that it was not told of, but what it asked for last.
#include <csignal>
#include <cstdio>
#include <random>

#include <sys/wait.h>
#include <unistd.h>

#include "store/rocks_store.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/torture/workload.hpp"

namespace rounds::test {
namespace {

// Each data directory is killed so often before the next one begins: its histories stay short.
constexpr std::uint64_t kills_each = 10;
constexpr std::uint64_t longest_life_lines = 150;

// A process that writes lines to a pipe.
class Writer {
 public:
  Writer(const std::filesystem::path& data_directory, std::uint64_t seed) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    const std::string directory = data_directory.string();
    const std::string number = std::to_string(seed);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(ROUNDS_KILL_WRITER, ROUNDS_KILL_WRITER, directory.c_str(), number.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    lines_ = ::fdopen(ends[0], "r");
  }
  ~Writer() { std::fclose(lines_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // The next line that was written whole; none once the pipe is closed.
  std::optional<std::string> next_line() {
    std::string line;
    for (int c = std::fgetc(lines_); c != EOF; c = std::fgetc(lines_)) {
      if (c == '\n') return line;
      line.push_back(static_cast<char>(c));
    }
    return std::nullopt;
  }

  void kill() const { ::kill(process_, SIGKILL); }

  // How it ended: the signal, or 0.
  int wait() const {
    int status = 0;
    ::waitpid(process_, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t process_ = -1;
  std::FILE* lines_ = nullptr;
};

class KillTest : public testing::Test {
 protected:
  // Lets a process live for some lines, then kills it and takes the rest of its lines.
  void live_and_die(std::uint64_t seed) {
    Writer writer(directory_->path(), seed);
    std::uint64_t left =
        std::uniform_int_distribution<std::uint64_t>(0, longest_life_lines)(random_);
    while (left > 0) {
      const auto line = writer.next_line();
      if (!line) break;
      ledger_.add(*line);
      --left;
    }
    writer.kill();
    while (const auto line = writer.next_line()) ledger_.add(*line);
    ASSERT_EQ(writer.wait(), SIGKILL) << "the process ended by itself";
  }

  void check() {
    const auto store = RocksStore::open(directory_->path());
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(holds(**store, ledger_));
    ASSERT_TRUE((*store)->close());
    ASSERT_TRUE(is_sound(directory_->path()));
  }

  std::mt19937_64 random_;
  std::unique_ptr<TemporaryDirectory> directory_;
  Ledger ledger_;
};

TEST_F(KillTest, EverythingAcknowledgedSurvivesAKill) {
  const std::uint64_t seed = random_seed();
  const std::uint64_t cycles = random_rounds(50);
  random_.seed(seed);
  std::uint64_t acknowledged = 0;
  std::uint64_t unsure = 0;
  const auto add_up = [&] {
    for (const auto& [fingerprint, entry] : ledger_.entries()) {
      acknowledged += entry.acknowledged;
      unsure += entry.unsure;
    }
  };
  for (std::uint64_t i = 0; i < cycles; ++i) {
    SCOPED_TRACE(testing::Message() << "cycle " << i);
    if (i % kills_each == 0) {
      add_up();
      directory_ = std::make_unique<TemporaryDirectory>();
      ledger_ = {};
    }
    ASSERT_NO_FATAL_FAILURE(live_and_die(seed + i));
    ASSERT_NO_FATAL_FAILURE(check());
  }
  add_up();
  EXPECT_GT(acknowledged, cycles) << "hardly anything was acknowledged: nothing was tested";
  report("kill", seed,
         {{"cycles", cycles},
          {"occurrences_acknowledged", acknowledged},
          {"occurrences_unsure", unsure},
          {"kept", cycles},
          {"wrong", 0}});
}

}  // namespace
}  // namespace rounds::test
