#include "core/subscription.hpp"

#include <future>
#include <memory>

namespace rounds {

Result<std::vector<Event>> Subscription::next(std::size_t max_events,
                                              std::optional<std::chrono::milliseconds> timeout) {
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    auto events = poll(max_events);
    if (!events || !events->empty()) return events;
    // Owned by the callback as well: it may still be running when this function has returned.
    const auto woken = std::make_shared<std::promise<void>>();
    std::future<void> wakes = woken->get_future();
    when_ready([woken] { woken->set_value(); });
    if (!timeout) {
      wakes.wait();
    } else if (wakes.wait_until(start + *timeout) == std::future_status::timeout) {
      return poll(max_events);
    }
  }
}

}  // namespace rounds
