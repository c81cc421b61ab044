// A program that runs beside the benchmark: to measure the memory of a process that does nothing
// else, and to kill one in the middle of its work.
//
// One thread at a time.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/error.hpp"

namespace rounds::bench {

class ChildProcess {
 public:
  // Starts `program` with these arguments (without its own name). Its standard output comes to
  // read_line(), its errors go where ours go. Errors: io_error.
  [[nodiscard]] static Result<ChildProcess> start(const std::filesystem::path& program,
                                                  const std::vector<std::string>& arguments);

  // Kills the program if it still runs.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  // Waits for the next line that the program prints, without the newline; none when it has ended.
  [[nodiscard]] std::optional<std::string> read_line();

  // Ends the program with SIGKILL, at once, and waits until it is gone. Errors: io_error if it had
  // ended by itself.
  [[nodiscard]] Result<void> kill();

  // Asks the program to end with SIGTERM and waits for it. Errors: those of wait().
  [[nodiscard]] Result<void> terminate();

  // Its id; 0 once it is gone.
  [[nodiscard]] pid_t id() const { return process_; }

  // Waits for the end of the program. Errors: io_error unless it ended with code 0.
  [[nodiscard]] Result<void> wait();

 private:
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  using File = std::unique_ptr<std::FILE, Close>;
  ChildProcess(std::string name, pid_t process, File output);
  // The status of waitpid(). The program is gone afterwards.
  [[nodiscard]] int reap();

  std::string name_;
  pid_t process_;  // 0 once it is gone
  File output_;
};

}  // namespace rounds::bench
