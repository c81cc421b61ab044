// Shows how far long work has come: a bar with rate and time left on a terminal, otherwise a line
// every few seconds. Work that is done before that shows nothing.
//
// Belongs to one thread, the one that works.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tools/process.hpp"

namespace rounds::tools {

// How often a terminal is redrawn, how long until the first time, and how often a line is written
// elsewhere.
inline constexpr std::chrono::milliseconds redraw_interval{100};
inline constexpr std::chrono::milliseconds first_draw_after{500};
inline constexpr std::chrono::seconds line_interval{5};

struct ProgressState {
  std::string_view what;  // "Rebuilding"
  std::string_view unit;  // "events"
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
  std::chrono::duration<double> elapsed{};
};

// "Rebuilding: 1.2M of 4.8M events, 25 %, 410k/s, 9 s left".
[[nodiscard]] std::string progress_line(const ProgressState& state);

// The same with a bar of '#' in front of the numbers, cut to `columns`.
[[nodiscard]] std::string progress_bar(const ProgressState& state, std::size_t columns);

using SteadyNow = std::function<std::chrono::steady_clock::time_point()>;

class Progress {
 public:
  // Shows on process.err, which must outlive the object. `now` is for tests.
  Progress(Process& process, std::string what, std::string unit,
           SteadyNow now = std::chrono::steady_clock::now);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Removes the bar, so that what is written next has a line of its own.
  ~Progress();

  // Cheap: may be called for every step. `total` is 0 if it is not known.
  void update(std::uint64_t done, std::uint64_t total);

  // Removes the bar until the next update, because something else is about to be written.
  void clear();

 private:
  Process& process_;
  std::string what_;
  std::string unit_;
  SteadyNow now_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point next_;
  bool bar_shown_ = false;
};

}  // namespace rounds::tools
