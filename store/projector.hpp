// The projector: a thread that writes frozen layers to the projections' disk, behind the committer.
//
// The committer hands it one layer at a time and goes on; it waits for it only when the next layer
// has grown over its limits (backpressure) and when the store closes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/error.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"

namespace rounds {

class Projector {
 public:
  // Both must outlive the projector.
  Projector(OpenProjections& projections, ProjectionDatabase& database);
  ~Projector();
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

  // Freezes the active layer and hands it over, unless one is being written already. Returns at
  // once.
  void flush_soon();

  // Waits until no layer is being written, or until `timeout` (none: for ever) has passed; returns
  // whether none is. Errors: that of the first write that failed, for ever.
  [[nodiscard]] Result<bool> wait_until_idle(std::optional<std::chrono::microseconds> timeout);

  // The first write that failed; none if none did.
  [[nodiscard]] std::optional<Error> failure();

  // Runs `task` on the projector's thread when no layer is being written, and waits for it. Layers
  // go on growing meanwhile. Any thread but that one, one call at a time. Errors: those of the
  // task; unavailable if the projector has stopped or failed.
  [[nodiscard]] Result<void> at_seam(const std::function<Result<void>()>& task);

  // Writes everything that is not on disk, then ends the thread. Idempotent. Errors as above.
  [[nodiscard]] Result<void> stop();

 private:
  void run();
  // Without the lock while the task runs.
  void run_task(std::unique_lock<std::mutex>& lock);

  OpenProjections& projections_;
  ProjectionDatabase& database_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const Layer> layer_;  // being written; guarded by mutex_
  std::optional<Error> failure_;        // guarded by mutex_
  // Of at_seam(): null once it is done. Both guarded by mutex_.
  const std::function<Result<void>()>* task_ = nullptr;
  Result<void> task_result_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // last: uses all of the above
};

}  // namespace rounds
