// The thread that makes the watermark durable now and then, so that no acknowledgement waits for
// it.
//
// How often bounds the one window of the log's promise (docs/reliability.md): after a power cut the
// watermark on the disk may be this much older than the log. failure() may be called from any
// thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "core/error.hpp"
#include "eventlog/watermark.hpp"

namespace rounds {

class WatermarkSyncer {
 public:
  // Syncs `file`, which must outlive the object, once in every `interval` in which it was written.
  WatermarkSyncer(WatermarkFile& file, std::chrono::milliseconds interval);
  // Ends the thread; does not sync.
  ~WatermarkSyncer();
  WatermarkSyncer(const WatermarkSyncer&) = delete;
  WatermarkSyncer& operator=(const WatermarkSyncer&) = delete;

  // Why a sync failed; none if none did. There is none after it.
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  void run();

  WatermarkFile& file_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;             // guarded by mutex_
  std::optional<Error> failure_;      // guarded by mutex_
  std::atomic<bool> failed_ = false;  // keeps failure() cheap
  std::thread thread_;                // last: uses all of the above
};

}  // namespace rounds
