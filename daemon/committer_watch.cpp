#include "daemon/committer_watch.hpp"

#include <utility>

namespace rounds::daemon {

CommitterWatch::CommitterWatch(SignatureStore& store,
                               std::function<std::uint64_t()> groups_finished)
    : store_(store), groups_finished_(std::move(groups_finished)) {}

bool CommitterWatch::is_alive() {
  const Probe last = probe_->load();
  const std::uint64_t groups = groups_finished_();
  const bool has_committed = std::exchange(groups_seen_, groups) != groups;
  if (last == Probe::waiting) return has_committed;
  probe_->store(Probe::waiting);
  store_.submit(RecordOccurrences{}, [probe = probe_](const Result<Commit>& outcome) {
    const bool is_full = !outcome && outcome.error().code == ErrorCode::overloaded;
    probe->store(is_full ? Probe::queue_full : Probe::answered);
  });
  return last != Probe::queue_full || has_committed;
}

}  // namespace rounds::daemon
