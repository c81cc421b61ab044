// A reader of the whole log: first what is there, then what comes, each event once and in order.
//
// A subscription pulls. It is no more than a position in the log; the store queues nothing for it
// and only tells it that there is something to read. A slow reader therefore costs nothing and
// misses nothing: it reads from where it is.
//
// It shows an event once that is durable and every query sees it; a write with
// Durability::buffered is made durable by the subscription that is about to show it. So no power
// cut takes back what a subscriber was told.
//
// Threads: cancel() may be called on any thread; the other functions are not called concurrently.
// A subscription must be gone before its store is.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/ids.hpp"

namespace rounds {

class Subscription {
 public:
  using Ready = std::move_only_function<void()>;

  Subscription() = default;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  virtual ~Subscription() = default;

  // The sequence of the next event.
  [[nodiscard]] virtual Sequence position() const = 0;

  // The next events that are there already: 1 to `max_events` of them, less if they are large
  // (limits::max_batch_bytes); none at the end of the log. Reads from the disk and does not wait
  // for events. After an error the position is unchanged. Errors: invalid_argument for max_events
  // out of 1 to limits::max_page_size; unavailable once the store or the subscription has ended;
  // io_error and corruption of the log.
  [[nodiscard]] virtual Result<std::vector<Event>> poll(std::size_t max_events) = 0;

  // Calls `ready` once, as soon as poll() has something to say, be it an error: at once, or later
  // on a thread of the store. It must not block, throw or use the subscription. A further call, and
  // the destructor, drop one that was not called yet; they don't wait for one that is being called.
  virtual void when_ready(Ready ready) = 0;

  // Ends the subscription, and with it a wait under way: poll() answers unavailable from now on.
  // Idempotent.
  virtual void cancel() = 0;

  // poll(), but waits for events while there are none, at most `timeout` (none: without end). None
  // only after the timeout. Errors are those of poll(). Blocks.
  [[nodiscard]] Result<std::vector<Event>> next(
      std::size_t max_events, std::optional<std::chrono::milliseconds> timeout = std::nullopt);
};

}  // namespace rounds
