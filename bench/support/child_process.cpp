#include "bench/support/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.hpp"

namespace rounds::bench {
namespace {

std::unexpected<Error> failed(std::string_view name, int code) {
  return fail(ErrorCode::io_error,
              fmt::format("cannot start {}: {}", name, std::generic_category().message(code)));
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::filesystem::path& program,
                                         const std::vector<std::string>& arguments) {
  std::string name = program.string();
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return failed(name, errno);
  File output(::fdopen(pipe[0], "r"));
  std::vector<std::string> texts{name};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  pid_t process = 0;
  const int code =
      ::posix_spawn(&process, name.c_str(), &actions, nullptr, pointers.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (code != 0) return failed(name, code);
  return ChildProcess(std::move(name), process, std::move(output));
}

ChildProcess::ChildProcess(std::string name, pid_t process, File output)
    : name_(std::move(name)), process_(process), output_(std::move(output)) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : name_(std::move(other.name_)),
      process_(std::exchange(other.process_, 0)),
      output_(std::move(other.output_)) {}

ChildProcess::~ChildProcess() {
  if (process_ != 0) static_cast<void>(kill());
}

std::optional<std::string> ChildProcess::read_line() {
  std::string line;
  for (int next = std::fgetc(output_.get()); next != EOF; next = std::fgetc(output_.get())) {
    if (next == '\n') return line;
    line.push_back(static_cast<char>(next));
  }
  return std::nullopt;
}

int ChildProcess::reap() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0) {
    ROUNDS_CHECK(errno == EINTR, "a child can be waited for");
  }
  process_ = 0;
  return status;
}

Result<void> ChildProcess::kill() {
  ::kill(process_, SIGKILL);
  const int status = reap();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return {};
  return fail(ErrorCode::io_error, fmt::format("{} ended before it was killed", name_));
}

Result<void> ChildProcess::terminate() {
  ::kill(process_, SIGTERM);
  return wait();
}

Result<void> ChildProcess::wait() {
  const int status = reap();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(ErrorCode::io_error, fmt::format("{} failed; its messages are above", name_));
}

}  // namespace rounds::bench
