#include "tools/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "tools/printable.hpp"

namespace rounds::tools {
namespace {

constexpr std::string_view clear_line = "\r\x1b[K";

// A bar of this width moves visibly and leaves room for the numbers on 80 columns.
constexpr std::size_t bar_width = 20;

// "950", "1.2k", "34k", "5.6M": three digits are enough to watch.
std::string short_number(double number) {
  constexpr std::array<std::string_view, 5> suffixes{"", "k", "M", "G", "T"};
  std::size_t i = 0;
  while (number >= 999.5 && i + 1 < suffixes.size()) {
    number /= 1000;
    ++i;
  }
  if (i > 0 && number < 9.95) return fmt::format("{:.1f}{}", number, suffixes[i]);
  return fmt::format("{:.0f}{}", number, suffixes[i]);
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

double share_done(const ProgressState& state) {
  if (state.total == 0) return 0;
  return std::min(1.0, static_cast<double>(state.done) / static_cast<double>(state.total));
}

std::string numbers(const ProgressState& state) {
  const auto done = static_cast<double>(state.done);
  const double rate = state.elapsed.count() > 0 ? done / state.elapsed.count() : 0;
  std::string text = short_number(done);
  if (state.total > 0) text += " of " + short_number(static_cast<double>(state.total));
  text += fmt::format(" {}", state.unit);
  if (state.total > 0) text += fmt::format(", {:.0f} %", std::floor(100 * share_done(state)));
  text += fmt::format(", {}/s", short_number(rate));
  if (state.total > state.done && rate > 0) {
    text += fmt::format(", {} left",
                        duration_text(static_cast<double>(state.total - state.done) / rate));
  }
  return text;
}

}  // namespace

std::string progress_line(const ProgressState& state) {
  return fmt::format("{}: {}", state.what, numbers(state));
}

std::string progress_bar(const ProgressState& state, std::size_t columns) {
  std::string text = fmt::format("{} ", state.what);
  if (state.total > 0) {
    const auto filled = static_cast<std::size_t>(share_done(state) * bar_width);
    text += fmt::format("[{:.<{}}] ", std::string(filled, '#'), bar_width);
  }
  text += numbers(state);
  // A character in the last column would wrap on some terminals.
  return cut_to_width(text, std::max<std::size_t>(columns, 2) - 1);
}

Progress::Progress(Process& process, std::string what, std::string unit, SteadyNow now)
    : process_(process),
      what_(std::move(what)),
      unit_(std::move(unit)),
      now_(std::move(now)),
      started_(now_()),
      next_(started_) {
  if (process_.err_columns > 0) {
    next_ += first_draw_after;
  } else {
    next_ += line_interval;
  }
}

Progress::~Progress() {
  clear();
}

void Progress::update(std::uint64_t done, std::uint64_t total) {
  const auto now = now_();
  if (now < next_) return;
  const ProgressState state{what_, unit_, done, total, now - started_};
  if (process_.err_columns > 0) {
    next_ = now + redraw_interval;
    bar_shown_ = true;
    process_.err << clear_line << progress_bar(state, process_.err_columns);
  } else {
    next_ = now + line_interval;
    process_.err << progress_line(state) << '\n';
  }
  process_.err.flush();
}

void Progress::clear() {
  if (!bar_shown_) return;
  bar_shown_ = false;
  process_.err << clear_line;
  process_.err.flush();
}

}  // namespace rounds::tools
