// The subscription of every store: a position in the log, the tail that says how far the log goes,
// and a function that reads it.
//
// What the stores differ in is how they read. Threads: as core/subscription.hpp says.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "core/subscription.hpp"
#include "store/log_tail.hpp"

namespace rounds {

class LogSubscription final : public Subscription {
 public:
  // The events from a sequence on that the tail has told of, durable, at most so many; at least
  // one, unless the log went out of reach just now. May be called on any thread.
  using Read = std::function<Result<std::vector<Event>>(Sequence from, std::size_t max_events)>;

  // `tail` must outlive it. Errors: those of LogTail::join().
  [[nodiscard]] static Result<std::unique_ptr<Subscription>> open(LogTail& tail, Sequence from,
                                                                  Read read);
  ~LogSubscription() override;

  [[nodiscard]] Sequence position() const override { return next_; }
  [[nodiscard]] Result<std::vector<Event>> poll(std::size_t max_events) override;
  void when_ready(Ready ready) override;
  void cancel() override;

 private:
  LogSubscription(LogTail& tail, Sequence from, Read read);

  LogTail& tail_;
  LogTail::Seat seat_;
  Sequence next_;
  Read read_;
};

}  // namespace rounds
