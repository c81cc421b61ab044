// How fast the machine lets a program have the memory that it has already.
//
// Usually touching a page takes 0.1 us. On a virtual machine it can take some 50 us of processor
// time, each page once, as if the host had to map it anew: work that touches thousands of pages
// stops for as long, whatever it is (docs/performance.md). A thread of its own touches a few pages
// a hundred times a second, so that such a stall can be told from one of the program. Any thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "bench/support/timing.hpp"

namespace rounds::bench {

class PageTouches {
 public:
  // Starts; the walks take about a thousandth of a processor.
  PageTouches();

  // The processor time that a page took, in microseconds, in the mean of a walk: the longest of the
  // walks that ended between these moments. 0 if none did.
  [[nodiscard]] double slowest_between(SteadyClock::time_point from,
                                       SteadyClock::time_point to) const;

 private:
  struct Walk {
    SteadyClock::time_point ended;
    double microseconds_per_page = 0;
  };
  void run(const std::stop_token& stop);

  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::vector<Walk> walks_;  // guarded by mutex_
  std::jthread thread_;      // last: uses all of the above
};

}  // namespace rounds::bench
