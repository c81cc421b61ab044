#include "store/event_wait.hpp"

#include <exception>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace rounds {
namespace asio = boost::asio;

EventWait::EventWait(const asio::any_io_executor& pool, std::shared_ptr<Subscription> subscription,
                     std::size_t max_events)
    : strand_(asio::make_strand(pool)),
      timer_(pool),
      subscription_(std::move(subscription)),
      max_events_(max_events) {}

void EventWait::start(std::optional<std::chrono::milliseconds> timeout, Done done) {
  done_ = std::move(done);
  bell_->ring = [self = shared_from_this()] {
    asio::post(self->strand_, [self] { self->step(); });
  };
  asio::post(strand_, [self = shared_from_this(), timeout] {
    if (timeout && self->done_) {
      self->timer_.expires_after(*timeout);
      self->timer_.async_wait(
          asio::bind_executor(self->strand_, [self](const boost::system::error_code& error) {
            if (error) return;
            self->timed_out_ = true;
            self->step();
          }));
    }
    self->step();
  });
}

void EventWait::stop() {
  asio::post(strand_, [self = shared_from_this()] {
    self->finish(fail(ErrorCode::unavailable, "the store's front is closed"));
  });
}

void EventWait::step() {
  if (!done_) return;
  auto events = poll();
  if (!events || !events->empty() || timed_out_) {
    finish(std::move(events));
    return;
  }
  subscription_->when_ready([bell = bell_] {
    const std::lock_guard lock(bell->mutex);
    if (bell->ring) bell->ring();
  });
}

// A library below may throw, for want of memory above all; on a thread of the pool that would end
// the process.
Result<std::vector<Event>> EventWait::poll() {
  try {
    return subscription_->poll(max_events_);
  } catch (const std::exception& exception) {
    return fail(ErrorCode::io_error,
                fmt::format("a read of the store failed: {}", exception.what()));
  }
}

void EventWait::finish(Result<std::vector<Event>> events) {
  if (!done_) return;
  {
    const std::lock_guard lock(bell_->mutex);
    bell_->ring = nullptr;
  }
  timer_.cancel();
  subscription_.reset();
  std::exchange(done_, nullptr)(std::move(events));
}

}  // namespace rounds
