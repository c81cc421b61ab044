// Which occurrences leave an exemplar: a storm says the same thing again and again, and its
// exemplars would be most of the log.
//
// All of the first ones of a signature, then at most so many in an hour as a setting says, apart
// from each other. By the times of commits, which never go back: what senders say about the time
// changes nothing. Every occurrence counts, with or without an exemplar, and what was kept stands
// in the log: a replay decides nothing. Pure; usable from any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/time.hpp"

namespace rounds {

// Occurrences of a signature that keep their exemplars at any rate.
inline constexpr std::uint64_t first_occurrences_with_exemplars = 16;

// One in a quarter of an hour: enough to see what changes, 35,000 a year of a failure that never
// ends.
inline constexpr std::uint32_t default_exemplars_per_hour = 4;

// One a second.
inline constexpr std::uint32_t most_exemplars_per_hour = 3600;

// Two exemplars that are further apart than this are at most `per_hour` (1 or more) in any hour.
[[nodiscard]] constexpr std::chrono::microseconds exemplar_interval(std::uint32_t per_hour) {
  return std::chrono::microseconds{std::chrono::hours{1}} / per_hour;
}

// How many of the `offered` exemplars an event keeps that folds occurrences into a signature with
// `before` (0: a new one). `take_one()` is asked if it depends on the hour: whether one may be kept
// now.
template <typename TakeOne>
[[nodiscard]] std::size_t exemplars_to_keep(std::uint64_t before, std::size_t offered,
                                            const TakeOne& take_one) {
  if (before == 0 || offered == 0) return offered;
  if (before < first_occurrences_with_exemplars) {
    return std::min<std::size_t>(offered, first_occurrences_with_exemplars - before);
  }
  return take_one() ? 1 : 0;
}

}  // namespace rounds
