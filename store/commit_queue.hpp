// The bounded queue between callers and the committer.
//
// Any thread pushes; one thread, the committer's, drains. Whatever waits when it comes is one
// commit group: groups grow with the load and there is no artificial delay.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/signature_store.hpp"
#include "store/folded_occurrences.hpp"
#include "store/store_metrics.hpp"

namespace rounds {

// What may wait: beyond it callers hear `overloaded`. Bounds the memory of bursts; limits.hpp
// bounds each occurrence. Those that folding removed take no memory and do not count.
inline constexpr std::size_t max_queued_occurrences = 512U * 1024;
inline constexpr std::size_t max_queued_submissions = 64U * 1024;

// A group is cut here at the latest: bounds the memory of a write batch.
inline constexpr std::size_t max_group_occurrences = 256U * 1024;

struct QueuedSubmission {
  Submission submission;
  Completion completion;
  std::vector<FoldedOccurrences> folded;  // of RecordOccurrences; refers to the submission
  std::vector<std::uint32_t> entry_of{};  // fold_all(), if it has keys
  std::size_t bytes = 0;                  // memory_of() the submission
};

// What it takes of the limits above. Commands count as one occurrence.
[[nodiscard]] std::size_t weight(const Submission& submission);

// About the memory that it takes, for metrics.
[[nodiscard]] std::size_t memory_of(const Submission& submission);

class CommitQueue {
 public:
  // Takes the item; otherwise leaves it alone and says why not: overloaded, or unavailable once
  // closed.
  [[nodiscard]] Result<void> push(QueuedSubmission& item);

  // Waits until something waits. False only when the queue is closed and drained: there will be no
  // more.
  [[nodiscard]] bool wait_for_work();

  // The next group, in the order of arrival: at least one submission, if any waits, and further
  // ones as long as the group has no more than `most_occurrences`.
  [[nodiscard]] std::vector<QueuedSubmission> take_group(std::size_t most_occurrences);

  // Whether nothing waits and a push would be taken. Out of date as soon as it is known.
  [[nodiscard]] bool is_idle();

  // What waits now.
  [[nodiscard]] QueueDepth depth();

  // No further push is taken; what waits is still popped. Idempotent.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable work_arrived_;
  std::vector<QueuedSubmission> waiting_;  // guarded by mutex_
  std::size_t waiting_occurrences_ = 0;    // guarded by mutex_
  std::size_t waiting_bytes_ = 0;          // guarded by mutex_
  bool closed_ = false;                    // guarded by mutex_
};

}  // namespace rounds
