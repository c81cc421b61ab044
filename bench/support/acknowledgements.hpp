// How long writers waited for their acknowledgements, and how long all of them waited at once.
//
// Usable from any thread: writers say when they submit, completions when they acknowledge. The lock
// is taken twice a batch, which is nothing beside the batch.
#pragma once

#include <cstddef>
#include <mutex>

#include "bench/support/page_touches.hpp"
#include "bench/support/timing.hpp"

namespace rounds::bench {

class Acknowledgements {
 public:
  // A batch is about to be submitted. Returns the time for acknowledged().
  [[nodiscard]] SteadyClock::time_point submitted(SteadyClock::time_point now = SteadyClock::now());

  // The batch that was submitted at `since` is durable, or has failed.
  void acknowledged(SteadyClock::time_point since,
                    SteadyClock::time_point now = SteadyClock::now());

  // Of the batches that were acknowledged.
  [[nodiscard]] Latencies latencies() const;

  // The longest time without an acknowledgement while at least one batch was waiting for one.
  [[nodiscard]] Duration longest_stall() const;

  // How long a page took the machine at most during that stall, in microseconds of processor time;
  // 0 if no walk over them ended in it (PageTouches).
  [[nodiscard]] double page_touch_in_stall() const;

 private:
  mutable std::mutex mutex_;  // guards all below
  Latencies latencies_;
  std::size_t waiting_ = 0;
  SteadyClock::time_point last_;  // the last acknowledgement, or since when one is waited for
  Duration longest_stall_{};
  SteadyClock::time_point longest_stall_end_;
  PageTouches touches_;  // guards itself
};

}  // namespace rounds::bench
