// One AsyncStore::next() under way: reads, and if there is nothing, has itself called when there
// is.
//
// Its steps run on a strand of the pool, one after another; the subscription's callback, on a
// thread of the store, only posts the next one. It keeps itself alive until it is done.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "core/subscription.hpp"

namespace rounds {

class EventWait : public std::enable_shared_from_this<EventWait> {
 public:
  using Done = std::move_only_function<void(Result<std::vector<Event>>)>;

  // `pool` may block.
  EventWait(const boost::asio::any_io_executor& pool, std::shared_ptr<Subscription> subscription,
            std::size_t max_events);

  // Calls `done` once, on the pool, with the outcome as Subscription::next() has it. Afterwards the
  // subscription's callback leaves the pool alone. Call once.
  void start(std::optional<std::chrono::milliseconds> timeout, Done done);

  // Ends it soon with unavailable, if it is not done. From any thread.
  void stop();

 private:
  // What the subscription holds, maybe longer than this and the pool live.
  struct Bell {
    std::mutex mutex;
    std::function<void()> ring;  // empty once it is done; guarded by mutex
  };

  void step();
  [[nodiscard]] Result<std::vector<Event>> poll();
  void finish(Result<std::vector<Event>> events);

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Subscription> subscription_;
  const std::size_t max_events_;
  const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  // On the strand.
  Done done_;  // empty before and after
  bool timed_out_ = false;
};

}  // namespace rounds
