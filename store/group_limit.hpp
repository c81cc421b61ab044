// How large the next commit group may be, so that committing it takes about as long as callers and
// queries can wait.
//
// Large groups are cheap: they share an fsync, and occurrences of one signature fold. But nobody
// hears of success before all of the group is durable, and queries wait while it becomes visible.
// One thread, the committer.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "store/commit_queue.hpp"

namespace rounds {

class GroupLimit {
 public:
  // Occurrences that a group may have, going by how long the one before took.
  [[nodiscard]] std::size_t next(bool is_queried) const {
    const auto target = is_queried ? while_queried : usually;
    const double fitting = occurrences_per_second_ * std::chrono::duration<double>(target).count();
    return std::clamp(static_cast<std::size_t>(fitting), smallest, max_group_occurrences);
  }

  void note(std::size_t occurrences, std::chrono::duration<double> taken) {
    if (occurrences == 0 || taken.count() <= 0) return;
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

  double occurrences_per_second_ = 1e6;  // a guess, until the first group
};

}  // namespace rounds
