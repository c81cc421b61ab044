#include "core/occurrence_keys.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace rounds {

void number_repeats(std::span<OccurrenceKeys> keys) {
  std::vector<std::pair<RepetitionKey, std::size_t>> sorted;
  sorted.reserve(keys.size());
  for (std::size_t place = 0; place < keys.size(); ++place) {
    if (keys[place].delivery.is_present()) sorted.emplace_back(keys[place].delivery, place);
  }
  std::ranges::sort(sorted);
  std::uint64_t number = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    number = sorted[i].first == sorted[i - 1].first ? number + 1 : 0;
    // An odd factor: no two numbers give the same key (2^64 / golden ratio).
    keys[sorted[i].second].delivery.low += number * 0x9E3779B97F4A7C15ULL;
  }
}

}  // namespace rounds
