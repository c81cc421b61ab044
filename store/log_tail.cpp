#include "store/log_tail.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/signature_store.hpp"

namespace rounds {

LogTail::~LogTail() {
  ROUNDS_CHECK(seats_.empty(), "a subscription is gone before its store is");
}

void LogTail::advance(Sequence end) {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    if (!suspended_) move_to(end, woken);
  }
  for (Subscription::Ready& ready : woken) ready();
}

void LogTail::suspend() {
  const std::lock_guard lock(mutex_);
  suspended_ = true;
  end_ = 0;
}

void LogTail::resume(Sequence end) {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    suspended_ = false;
    move_to(end, woken);
  }
  for (Subscription::Ready& ready : woken) ready();
}

void LogTail::close() {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    take_waiting(woken);
  }
  for (Subscription::Ready& ready : woken) ready();
}

void LogTail::move_to(Sequence end, Woken& woken) {
  if (closed_ || end <= end_) return;
  end_ = end;
  if (waiting_ > 0) take_waiting(woken);
}

void LogTail::take_waiting(Woken& woken) {
  woken.reserve(waiting_);
  for (Seat* seat : seats_) {
    if (seat->ready) woken.push_back(std::exchange(seat->ready, nullptr));
  }
  waiting_ = 0;
}

Result<void> LogTail::join(Seat& seat, Sequence from) {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  if (suspended_) {
    return fail(ErrorCode::unavailable,
                "the store is being opened again after a failure; retry later");
  }
  if (from == 0 || from - 1 > end_) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("there is no event {} to begin with: the log ends with event {}; use 1 "
                            "to {}",
                            from, end_, end_ + 1));
  }
  if (seats_.size() >= limits::max_subscriptions) {
    return fail(
        ErrorCode::overloaded,
        fmt::format("there are {} subscriptions already; retry when one has ended", seats_.size()));
  }
  seats_.insert(&seat);
  return {};
}

void LogTail::leave(Seat& seat) {
  Subscription::Ready dropped;  // without the lock
  const std::lock_guard lock(mutex_);
  seats_.erase(&seat);
  dropped = std::exchange(seat.ready, nullptr);
  if (dropped) --waiting_;
}

Sequence LogTail::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

Result<Sequence> LogTail::end(const Seat& seat) const {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::unexpected(store_closed());
  if (seat.cancelled) return fail(ErrorCode::unavailable, "the subscription was cancelled");
  return end_;
}

void LogTail::wait(Seat& seat, Sequence next, Subscription::Ready ready) {
  Subscription::Ready dropped;  // without the lock
  {
    const std::lock_guard lock(mutex_);
    dropped = std::exchange(seat.ready, nullptr);
    if (dropped) --waiting_;
    if (!closed_ && !seat.cancelled && next > end_) {
      seat.ready = std::move(ready);
      ++waiting_;
      return;
    }
  }
  ready();
}

void LogTail::cancel(Seat& seat) {
  Subscription::Ready woken;
  {
    const std::lock_guard lock(mutex_);
    seat.cancelled = true;
    woken = std::exchange(seat.ready, nullptr);
    if (woken) --waiting_;
  }
  if (woken) woken();
}

}  // namespace rounds
