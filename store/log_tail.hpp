// The end of the log as subscriptions may see it, and those of them that wait for it to move on.
//
// One who commits says where the log ends now; it costs a short lock when nobody waits, and one
// call of a callback for each who does. Nothing is queued: who is told reads the log itself
// (store/log_subscription.hpp). Safe from any thread; callbacks run without the lock.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/subscription.hpp"

namespace rounds {

class LogTail {
 public:
  // One subscription. Guarded by the tail that it has joined.
  struct Seat {
    Subscription::Ready ready;  // empty: does not wait
    bool cancelled = false;
  };

  explicit LogTail(Sequence end = 0) : end_(end) {}
  // No seat must be taken any longer.
  ~LogTail();
  LogTail(const LogTail&) = delete;
  LogTail& operator=(const LogTail&) = delete;

  // The log has every event up to `end`, and queries see them. Never moves back.
  void advance(Sequence end);

  // The log is out of reach: for seats it has no events, and advance() is ignored. When it is back
  // say where it ends at once, or who joins would hear that it has no events.
  void suspend();
  void resume(Sequence end);

  // Nothing will come any more: wakes all who wait. Idempotent.
  void close();

  // Takes a seat for one who is to read from `from` on. Errors: those of
  // SignatureStore::subscribe(); unavailable while suspended.
  [[nodiscard]] Result<void> join(Seat& seat, Sequence from);

  // Gives the seat back; its callback is dropped.
  void leave(Seat& seat);

  // The last event that may be read; 0 if there is none.
  [[nodiscard]] Sequence end() const;

  // The same for a seat. Errors: unavailable once closed or the seat is cancelled.
  [[nodiscard]] Result<Sequence> end(const Seat& seat) const;

  // Calls `ready` once when the log has event `next` or end(seat) an error, perhaps at once. Drops
  // what the seat waited for before.
  void wait(Seat& seat, Sequence next, Subscription::Ready ready);

  void cancel(Seat& seat);

 private:
  using Woken = std::vector<Subscription::Ready>;
  // Both expect mutex_ to be held.
  void move_to(Sequence end, Woken& woken);
  void take_waiting(Woken& woken);

  mutable std::mutex mutex_;
  std::set<Seat*> seats_;    // guarded by mutex_, as all below
  std::size_t waiting_ = 0;  // seats with a callback
  Sequence end_;
  bool suspended_ = false;
  bool closed_ = false;
};

}  // namespace rounds
