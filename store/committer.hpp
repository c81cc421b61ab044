// The committer: the one thread that writes. It drains the queue, plans a group, makes its events
// durable, publishes the new states and only then completes the callers.
//
// See docs/architecture.md, "A write's journey". After a failed append it takes no further write.
#pragma once

#include <atomic>
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
  [[nodiscard]] Result<void> make_room();

  EventLog& log_;
  LiveProjections& live_;
  Projector& projector_;
  const Clock& clock_;
  GroupPlanner planner_;
  CommitQueue queue_;
  std::thread thread_;  // last: uses all of the above
};

}  // namespace rounds
