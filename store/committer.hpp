// The committer: what writes, one group at a time. It drains the queue, plans a group, makes its
// events durable, publishes the new states and only then completes the callers.
//
// It has a thread of its own. A caller who waits for his write anyway does it himself if nothing
// else is to be written, which saves two changes of threads. Whoever holds the turn is "the
// committer thread" of what is used here; it is kept across the disk, but nobody waits for it but
// that thread.
//
// See docs/architecture.md, "A write's journey". After a failed append it takes no further write.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/signature_store.hpp"
#include "eventlog/event_log.hpp"
#include "projections/live_projections.hpp"
#include "store/commit_queue.hpp"
#include "store/group_limit.hpp"
#include "store/group_planner.hpp"
#include "store/projector.hpp"
#include "store/signature_snapshots.hpp"
#include "store/store_metrics.hpp"

namespace rounds {

class Committer {
 public:
  // All references must outlive the committer. It calls `committed` with the end of the log when a
  // group has become visible, before the callers hear of it, and `finished` (null: nobody) after
  // they have; on the thread that committed it.
  Committer(EventLog& log, LiveProjections& live, Projector& projector, const Clock& clock,
            SignatureIdGenerator& ids, GroupPlanner::Options options, StoreCounters& counters,
            std::function<void(Sequence)> committed,
            std::function<void(const GroupCommit&)> finished);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // See SignatureStore::submit. From any thread; never blocks.
  void submit(Submission submission, Completion completion);

  // See SignatureStore::submit_and_wait. From any thread but one that this completes or calls on.
  [[nodiscard]] Result<Commit> submit_and_wait(Submission submission);

  // What waits now. Any thread.
  [[nodiscard]] QueueDepth queue_depth() { return queue_.depth(); }

  // Finishes what was submitted, on whatever thread, and ends its own; later submissions are
  // answered with unavailable. Idempotent.
  void stop();

 private:
  void run();
  // Makes the item ready to be queued, on its caller's thread. Errors: invalid_argument.
  [[nodiscard]] Result<void> prepare(QueuedSubmission& item) const;
  // Writes the item now if nobody is writing and nothing waits that came before it. Returns whether
  // it did; otherwise the item is as it was.
  [[nodiscard]] bool commit_if_idle(QueuedSubmission& item);
  // Those below need the turn. One that throws ends the process, on whatever thread: half of a
  // group would be planned.
  void commit_group(std::vector<QueuedSubmission> group) noexcept;
  [[nodiscard]] std::size_t next_group_limit();
  // Writes the group, unless there is no room, and tells its callers. Returns how many occurrences
  // became durable.
  std::uint64_t commit(std::vector<QueuedSubmission>& group, const Result<void>& room);
  [[nodiscard]] Result<GroupPlan> write(std::vector<QueuedSubmission>& group);
  [[nodiscard]] Result<void> append(EventGroup events, const GroupPlan& plan);
  // Slows the committer down while the projector is behind: a little before each group, the more
  // the fuller the active layer is, so that acknowledgements go on while it catches up.
  void pause_for_projector();
  // Waits if all of that did not help. Errors: that of the projector.
  [[nodiscard]] Result<void> make_room();

  // Freeing what a submission carried costs about as much as recording it. Under load callers do
  // it: each submit() takes one of the last group's submissions down, on the thread whose allocator
  // it mostly came from.
  void retire(std::vector<QueuedSubmission>& group);
  void free_one_retired();

  EventLog& log_;
  LiveProjections& live_;
  Projector& projector_;
  const Clock& clock_;
  const Folding folding_;
  Repetitions* const repetitions_;
  ExemplarSampler* const exemplars_;
  GroupPlanner planner_;
  SnapshotWriter snapshots_;
  CommitQueue queue_;
  std::mutex turn_;  // to write: guards what writing changes, and the order of groups
  GroupLimit group_limit_;
  std::size_t signatures_added_ = 0;  // to the active layer, by the last group
  StoreCounters& counters_;
  const std::function<void(Sequence)> committed_;
  const std::function<void(const GroupCommit&)> finished_;
  std::uint64_t queries_seen_ = 0;
  std::mutex retired_mutex_;
  std::vector<Submission> retired_;  // guarded by retired_mutex_
  std::thread thread_;               // last: uses all of the above
};

}  // namespace rounds
