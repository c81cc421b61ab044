// The daemon's log: lines on stderr, as text for people or as one JSON object each, and the log of
// slow operations.
//
// Whatever a message holds, no control character reaches the log, and no message makes two lines.
// Like spdlog's default logger, which everything here uses, this is one for the whole process. Any
// thread, once it is set up.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include <spdlog/common.h>

#include "daemon/settings.hpp"

namespace rounds::daemon {

// Sends what spdlog's functions log to stderr, in the format and from the level of `settings` on.
// Call first, on one thread.
void set_up_logging(const Settings& settings);

// Takes over the level and the threshold of slow operations.
void change_logging(const Settings& settings);

// A fact beside the message: name=value in text, a member in JSON.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::uint64_t, double> value;
};

// Logs `message` with `fields`. Costs next to nothing if the level is not logged.
void log_fields(spdlog::level::level_enum level, std::string_view message,
                std::initializer_list<LogField> fields);

// One line of the log, without its end.
[[nodiscard]] std::string format_log_line(LogFormat format,
                                          std::chrono::system_clock::time_point at,
                                          std::string_view level, std::string_view message,
                                          std::initializer_list<LogField> fields);

// For fields named duration_ms.
[[nodiscard]] constexpr double milliseconds_of(std::chrono::nanoseconds taken) {
  return std::chrono::duration<double, std::milli>(taken).count();
}

// Logs operations of one kind that took longer than the setting slow-operation-ms, at most one in a
// second, and how many more there were. Lock-free; any thread.
class SlowLog {
 public:
  // `message` as in "slow request"; must live as long.
  explicit SlowLog(std::string_view message) : message_(message) {}

  // Whether note() would look at an operation that took so long. Cheap.
  [[nodiscard]] static bool is_slow(std::chrono::nanoseconds taken);

  // Logs it as a warning with `fields`, unless there was one in the second before.
  void note(std::chrono::nanoseconds taken, std::initializer_list<LogField> fields);

  // Whether one at the time `now` is to be logged, and if so how many were not since the last one.
  struct Turn {
    bool is_logged = false;
    std::uint64_t skipped = 0;
  };
  [[nodiscard]] Turn take_turn(std::chrono::steady_clock::time_point now);

 private:
  std::string_view message_;
  std::atomic<std::int64_t> next_ns_ = 0;  // of the steady clock: none is logged before
  std::atomic<std::uint64_t> skipped_ = 0;
};

}  // namespace rounds::daemon
