// The bounded queue between callers and the committer.
//
// Any thread pushes; one thread, the committer, drains. Whatever waits when it comes is one commit
// group: groups grow with the load and there is no artificial delay.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

#include "core/signature_store.hpp"

namespace rounds {

// What may wait: beyond it callers hear `overloaded`. Bounds the memory of
// bursts; limits.hpp bounds each occurrence.
inline constexpr std::size_t max_queued_occurrences = 512U * 1024;
inline constexpr std::size_t max_queued_submissions = 64U * 1024;

// A group is cut here: bounds the memory of a write batch and how long its callers wait.
inline constexpr std::size_t max_group_occurrences = 128U * 1024;

struct QueuedSubmission {
  Submission submission;
  Completion completion;
};

class CommitQueue {
 public:
  // Takes the item; otherwise leaves it alone and says why not: overloaded, or unavailable once
  // closed.
  [[nodiscard]] Result<void> push(QueuedSubmission& item);

  // Waits for work and returns the next group, in the order of arrival. Empty only when the queue
  // is closed and drained: there will be no more.
  [[nodiscard]] std::vector<QueuedSubmission> pop_group();

  // Whether nothing waits. Out of date as soon as it is known.
  [[nodiscard]] bool is_empty();

  // No further push is taken; what waits is still popped. Idempotent.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable work_arrived_;
  std::vector<QueuedSubmission> waiting_;  // guarded by mutex_
  std::size_t waiting_occurrences_ = 0;    // guarded by mutex_
  bool closed_ = false;                    // guarded by mutex_
};

}  // namespace rounds
