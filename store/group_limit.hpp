// How large the next commit group may be, so that committing it takes about as long as callers and
// queries can wait.
//
// Large groups are cheap: they share an fsync, and occurrences of one signature fold. But nobody
// hears of success before all of the group is durable, and queries wait while it becomes visible.
// One thread, the committer.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

#include "store/commit_queue.hpp"

namespace rounds {

class GroupLimit {
 public:
  // Occurrences that a group may have, going by how long the one before took.
  [[nodiscard]] std::size_t next(bool is_queried) const {
    const std::chrono::duration<double> target =
        is_queried ? while_queried : usually * (1 - std::min(surprise_, most_surprise));
    const double fitting = occurrences_per_second_ * target.count();
    return std::clamp(static_cast<std::size_t>(fitting), smallest, max_group_occurrences);
  }

  void note(std::size_t occurrences, std::chrono::duration<double> taken) {
    if (occurrences == 0 || taken.count() <= 0) return;
    const double expected = static_cast<double>(occurrences) / occurrences_per_second_;
    surprise_ += (std::min(std::abs(taken.count() / expected - 1), 1.0) - surprise_) / 8;
    occurrences_per_second_ = static_cast<double>(occurrences) / taken.count();
  }

 private:
  // Less than half of the 250 ms that acknowledgements may stop: the rest is for the pauses while
  // the projector is behind (committer.cpp).
  static constexpr std::chrono::milliseconds usually{100};
  // A page should come within 5 ms, and it waits for about half of the group's time.
  static constexpr std::chrono::milliseconds while_queried{3};
  // The fsync takes longer than these.
  static constexpr std::size_t smallest = 4096;

  // Where one group takes twice as long as the one before, as with signatures that are read from
  // the disk beside compactions, the longest one counts: half of the time is left to chance there.
  static constexpr double most_surprise = 0.5;

  // How far groups were from what was expected of them, in proportion: a moving mean, as TCP keeps
  // of round trips (RFC 6298, with its gain of 1/8).
  double surprise_ = 0;
  double occurrences_per_second_ = 1e6;  // a guess, until the first group
};

}  // namespace rounds
