// The committer: the one thread that writes. It drains the queue, plans a group, makes its events
// durable, publishes the new states and only then completes the callers.
//
// See docs/architecture.md, "A write's journey". After a failed append it takes no further write.
#pragma once

#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/signature_store.hpp"
#include "eventlog/event_log.hpp"
#include "projections/live_projections.hpp"
#include "store/commit_queue.hpp"
#include "store/group_planner.hpp"
#include "store/projector.hpp"

namespace rounds {

class Committer {
 public:
  // All references must outlive the committer.
  Committer(EventLog& log, LiveProjections& live, Projector& projector, const Clock& clock,
            SignatureIdGenerator& ids, GroupPlanner::Options options);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // See SignatureStore::submit. From any thread; never blocks.
  void submit(Submission submission, Completion completion);

  // Finishes what was submitted and ends the thread; later submissions are answered with
  // unavailable. Idempotent.
  void stop();

 private:
  void run();
  void commit(std::vector<QueuedSubmission>& group);
  [[nodiscard]] Result<GroupPlan> write(std::vector<QueuedSubmission>& group);
  // Slows the committer down while the projector is behind: a little at each group, the more the
  // fuller the active layer is, so that acknowledgements never stop for a whole layer.
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
  GroupPlanner planner_;
  CommitQueue queue_;
  std::mutex retired_mutex_;
  std::vector<Submission> retired_;  // guarded by retired_mutex_
  std::thread thread_;               // last: uses all of the above
};

}  // namespace rounds
