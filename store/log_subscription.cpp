#include "store/log_subscription.hpp"

#include <algorithm>
#include <utility>

#include "core/signature_store.hpp"

namespace rounds {

Result<std::unique_ptr<Subscription>> LogSubscription::open(LogTail& tail, Sequence from,
                                                            Read read) {
  auto subscription =
      std::unique_ptr<LogSubscription>(new LogSubscription(tail, from, std::move(read)));
  if (auto joined = tail.join(subscription->seat_, from); !joined) {
    return std::unexpected(std::move(joined.error()));
  }
  return subscription;
}

LogSubscription::LogSubscription(LogTail& tail, Sequence from, Read read)
    : tail_(tail), next_(from), read_(std::move(read)) {}

LogSubscription::~LogSubscription() {
  tail_.leave(seat_);
}

Result<std::vector<Event>> LogSubscription::poll(std::size_t max_events) {
  if (auto valid = validate_limit(max_events); !valid) return std::unexpected(valid.error());
  const auto end = tail_.end(seat_);
  if (!end) return std::unexpected(end.error());
  if (next_ > *end) return std::vector<Event>{};
  // The store may be further than its tail knows: who reads beyond could not begin there again.
  auto events = read_(next_, std::min<Sequence>(max_events, *end - next_ + 1));
  if (events && !events->empty()) next_ = events->back().sequence + 1;
  return events;
}

void LogSubscription::when_ready(Ready ready) {
  tail_.wait(seat_, next_, std::move(ready));
}

void LogSubscription::cancel() {
  tail_.cancel(seat_);
}

}  // namespace rounds
