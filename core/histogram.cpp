#include "core/histogram.hpp"

#include <algorithm>
#include <numeric>

namespace rounds {

std::uint64_t HistogramCounts::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

Histogram::Histogram(std::span<const std::uint64_t> bounds)
    : bounds_(bounds), counts_(bounds.size() + 1) {}

void Histogram::observe(std::uint64_t value) {
  const auto range = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(range)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

HistogramCounts Histogram::counts() const {
  HistogramCounts result{bounds_, {}, sum_.load(std::memory_order_relaxed)};
  result.counts.reserve(counts_.size());
  for (const auto& count : counts_) {
    result.counts.push_back(count.load(std::memory_order_relaxed));
  }
  return result;
}

}  // namespace rounds
