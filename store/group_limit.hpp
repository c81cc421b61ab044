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

#include "projections/live_projections.hpp"
#include "store/commit_queue.hpp"

namespace rounds {

class GroupLimit {
 public:
  // Occurrences that a group may have, going by what the ones before were: so that it likely leaves
  // the active layer within `wanted`, and surely within `bound`, though every occurrence were a
  // signature of its own. At least one.
  [[nodiscard]] std::size_t next(bool is_queried, const LayerRoom& wanted,
                                 const LayerRoom& bound) const {
    const std::chrono::duration<double> target =
        is_queried ? while_queried
                   : (unfolded + (1 - events_.mean()) * (folded - unfolded)) *
                         (1 - std::min(surprise_, most_surprise));
    const double in_time = occurrences_per_second_ * target.count();
    const double in_layer =
        std::min({signatures_.fitting(wanted.signatures), events_.fitting(wanted.events),
                  static_cast<double>(bound.signatures), static_cast<double>(bound.events)});
    const auto clamped =
        std::clamp(static_cast<std::size_t>(in_time), smallest, max_group_occurrences);
    return std::max<std::size_t>(1, std::min(clamped, static_cast<std::size_t>(in_layer)));
  }

  // What a group was: how long it took, how many events it became, and how many signatures came
  // into the active layer with it.
  void note(std::size_t occurrences, std::size_t events, std::size_t signatures,
            std::chrono::duration<double> taken) {
    if (occurrences == 0 || taken.count() <= 0) return;
    const double expected = static_cast<double>(occurrences) / occurrences_per_second_;
    surprise_ += (std::min(std::abs(taken.count() / expected - 1), 1.0) - surprise_) * gain;
    occurrences_per_second_ = static_cast<double>(occurrences) / taken.count();
    events_.note(events, occurrences);
    signatures_.note(signatures, occurrences);
    longest_recently_ = std::max(taken, longest_recently_ * (1 - gain));
  }

  // How long the next group may take, going by the longest of the last ones.
  [[nodiscard]] std::chrono::duration<double> longest_recently() const { return longest_recently_; }

 private:
  // A moving mean as TCP keeps of round trips (RFC 6298).
  static constexpr double gain = 1.0 / 8;

  // How many of something an occurrence is, at most one: as in the last group, or in the mean of
  // those before, whichever is more.
  class Share {
   public:
    void note(std::size_t count, std::size_t occurrences) {
      last_ = std::min(static_cast<double>(count) / static_cast<double>(occurrences), 1.0);
      mean_ += (last_ - mean_) * gain;
    }
    [[nodiscard]] double fitting(std::size_t room) const {
      constexpr double hardly_any = 1e-6;
      return static_cast<double>(room) / std::max({last_, mean_, hardly_any});
    }

    [[nodiscard]] double mean() const { return mean_; }

   private:
    double last_ = 1;  // a guess, until the first group
    double mean_ = 1;
  };

  // Of the 250 ms that acknowledgements may stop; the rest is for the pauses while the projector is
  // behind (committer.cpp). Where occurrences fold, larger groups make fewer events of them; where
  // each is an event, they only make callers wait, and take longest beside compactions.
  static constexpr std::chrono::milliseconds unfolded{60};
  static constexpr std::chrono::milliseconds folded{180};
  // A page should come within 5 ms, and it waits for about half of the group's time.
  static constexpr std::chrono::milliseconds while_queried{3};
  // The fsync takes longer than these.
  static constexpr std::size_t smallest = 4096;

  // Where one group takes twice as long as the one before, as with signatures that are read from
  // the disk beside compactions, the longest one counts: half of the time is left to chance there.
  static constexpr double most_surprise = 0.5;

  // How far groups were from what was expected of them, in proportion: a moving mean.
  double surprise_ = 0;
  double occurrences_per_second_ = 1e6;  // a guess, until the first group
  std::chrono::duration<double> longest_recently_{};
  Share events_;
  Share signatures_;
};

}  // namespace rounds
