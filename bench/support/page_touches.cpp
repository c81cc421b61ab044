#include "bench/support/page_touches.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>

namespace rounds::bench {
namespace {

constexpr std::size_t pages = 64;
constexpr std::size_t page_bytes = 4096;
constexpr std::chrono::milliseconds interval{10};

std::chrono::nanoseconds processor_time_of_this_thread() {
  timespec time{};
  static_cast<void>(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time));
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

PageTouches::PageTouches() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

double PageTouches::slowest_between(SteadyClock::time_point from,
                                    SteadyClock::time_point to) const {
  const std::lock_guard lock(mutex_);
  double slowest = 0;
  for (const Walk& walk : walks_) {
    if (from <= walk.ended && walk.ended <= to) {
      slowest = std::max(slowest, walk.microseconds_per_page);
    }
  }
  return slowest;
}

void PageTouches::run(const std::stop_token& stop) {
  std::vector<char> memory(pages * page_bytes, 1);
  const volatile char* bytes = memory.data();
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    lock.unlock();
    const auto before = processor_time_of_this_thread();
    for (std::size_t page = 0; page < pages; ++page) static_cast<void>(bytes[page * page_bytes]);
    const std::chrono::duration<double, std::micro> taken =
        processor_time_of_this_thread() - before;
    lock.lock();
    walks_.push_back({SteadyClock::now(), taken.count() / pages});
    stopped_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); });
  }
}

}  // namespace rounds::bench
