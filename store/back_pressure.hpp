// How long the committer waits before a group while the projector is behind, by how full the active
// layer is: callers are slowed down a little at a time, so that acknowledgements go on while it
// catches up, and never stop until the layer before is written.
//
// Pure; usable from any thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "projections/live_projections.hpp"

namespace rounds {

// Up to an overfull layer; with the time that a group takes (store/group_limit.hpp), callers hear
// within 250 ms.
inline constexpr std::chrono::milliseconds longest_pause{75};

// Behind that a group is a single submission, which mostly takes 20 to 60 ms.
inline constexpr std::chrono::milliseconds longest_pause_overfull{130};

// How full a layer is whose pauses are that long, unless groups are slow. From there to the hard
// level, where callers wait for as long as it takes, a projector beside a rebuild has about ten
// seconds.
inline constexpr double slowest_level = 1.15;

// What a pause and the group behind it may take together: of 250 ms, with some for chance.
inline constexpr std::chrono::milliseconds longest_silence{220};

// No pause below a full layer (level 1), and a shorter one before a group that will likely take
// `group`: in a store far larger than its caches, groups of one submission take 130 ms at times.
[[nodiscard]] inline std::chrono::microseconds pause_at(double level,
                                                        std::chrono::duration<double> group) {
  constexpr double overfull = LiveProjections::overfull_level;
  const double lag = std::clamp((level - 1) / (overfull - 1), 0.0, 1.0);
  const double overflow = std::clamp((level - overfull) / (slowest_level - overfull), 0.0, 1.0);
  const std::chrono::duration<double, std::micro> pause =
      lag * longest_pause + overflow * (longest_pause_overfull - longest_pause);
  const std::chrono::duration<double, std::micro> left =
      std::max<std::chrono::duration<double>>(longest_silence - group, {});
  return std::chrono::duration_cast<std::chrono::microseconds>(std::min(pause, left));
}

}  // namespace rounds
