// Counts values by the range that they fall into, for metrics: durations, sizes.
//
// Part of what the program tells about itself; knows no format. observe() is lock-free, costs two
// relaxed additions and may be called from any thread at the same time as everything else.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rounds {

// What a histogram held at one moment. `counts` has one more than `bounds`: what lies above.
struct HistogramCounts {
  std::span<const std::uint64_t> bounds;  // upper, inclusive, ascending
  std::vector<std::uint64_t> counts;      // of each range, not cumulative
  std::uint64_t sum = 0;                  // of all values

  [[nodiscard]] std::uint64_t count() const;
};

class Histogram {
 public:
  // `bounds` are the upper ends of the ranges, ascending, in the unit of the values; they must
  // outlive the object.
  explicit Histogram(std::span<const std::uint64_t> bounds);

  void observe(std::uint64_t value);

  // Values that are being observed meanwhile may be missing in the sum and not in the counts.
  [[nodiscard]] HistogramCounts counts() const;

 private:
  std::span<const std::uint64_t> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;  // never resized
  std::atomic<std::uint64_t> sum_ = 0;
};

// Ranges for durations in nanoseconds, from 100 microseconds, below which nothing here is worth
// looking at, to 10 seconds, above which everything has timed out.
inline constexpr std::array<std::uint64_t, 16> duration_bounds_ns{
    100'000,       250'000,       500'000,       1'000'000,     2'500'000,   5'000'000,
    10'000'000,    25'000'000,    50'000'000,    100'000'000,   250'000'000, 500'000'000,
    1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};

}  // namespace rounds
