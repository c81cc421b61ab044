#include "store/committer.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include "store/back_pressure.hpp"
#include "store/thread_name.hpp"

namespace rounds {
namespace {

std::size_t occurrences_of(const std::vector<QueuedSubmission>& group) {
  std::size_t occurrences = 0;
  for (const QueuedSubmission& item : group) occurrences += weight(item.submission);
  return occurrences;
}

// Those that its caller submitted, also the ones that folding removed; none for a command.
std::uint64_t submitted_occurrences(const QueuedSubmission& item) {
  std::uint64_t occurrences = 0;
  for (const FoldedOccurrences& folded : item.folded) occurrences += folded.count;
  return occurrences;
}

}  // namespace

Committer::Committer(EventLog& log, LiveProjections& live, Projector& projector, const Clock& clock,
                     SignatureIdGenerator& ids, GroupPlanner::Options options,
                     StoreCounters& counters, std::function<void(Sequence)> committed,
                     std::function<void(const GroupCommit&)> finished)
    : log_(log),
      live_(live),
      projector_(projector),
      clock_(clock),
      folding_(options.coalesce_occurrences ? Folding::by_identity : Folding::none),
      repetitions_(options.repetitions),
      exemplars_(options.exemplars),
      planner_(live, ids, options),
      counters_(counters),
      committed_(std::move(committed)),
      finished_(std::move(finished)),
      thread_([this] { run(); }) {}

Committer::~Committer() {
  stop();
}

void Committer::submit(Submission submission, Completion completion) {
  free_one_retired();
  QueuedSubmission item{std::move(submission), std::move(completion), {}};
  auto accepted = prepare(item);
  if (accepted) accepted = queue_.push(item);
  if (!accepted) item.completion(std::unexpected(std::move(accepted.error())));
}

Result<Commit> Committer::submit_and_wait(Submission submission) {
  free_one_retired();
  std::promise<Result<Commit>> promise;
  auto outcome = promise.get_future();
  QueuedSubmission item{std::move(submission),
                        [&promise](Result<Commit> commit) { promise.set_value(std::move(commit)); },
                        {}};
  if (auto accepted = prepare(item); !accepted) return std::unexpected(std::move(accepted.error()));
  if (!commit_if_idle(item)) {
    if (auto queued = queue_.push(item); !queued) return std::unexpected(std::move(queued.error()));
  }
  return outcome.get();
}

Result<void> Committer::prepare(QueuedSubmission& item) const {
  if (auto valid = validate(item.submission); !valid) return valid;
  if (auto* record = std::get_if<RecordOccurrences>(&item.submission)) {
    number_repeats(record->keys);
    item.folded =
        record->keys.empty() ? fold(*record, folding_) : fold_all(*record, folding_, item.entry_of);
  }
  item.bytes = memory_of(item.submission);
  return {};
}

bool Committer::commit_if_idle(QueuedSubmission& item) {
  const std::unique_lock turn(turn_, std::try_to_lock);
  // What waits came first, perhaps from this caller.
  if (!turn || !queue_.is_idle()) return false;
  std::vector<QueuedSubmission> group;
  group.push_back(std::move(item));
  commit_group(std::move(group));
  return true;
}

void Committer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  // Callers who saw the queue open finish what they began.
  const std::lock_guard turn(turn_);
}

void Committer::run() {
  name_this_thread("committer");
  while (queue_.wait_for_work()) {
    const std::lock_guard turn(turn_);
    commit_group(queue_.take_group(next_group_limit()));
  }
}

void Committer::commit_group(std::vector<QueuedSubmission> group) noexcept {
  pause_for_projector();
  const auto start = std::chrono::steady_clock::now();
  const Result<void> room = make_room();
  const auto begun = std::chrono::steady_clock::now();
  const Sequence before = log_.last_sequence();
  const std::uint64_t recorded = commit(group, room);
  const auto ended = std::chrono::steady_clock::now();
  const auto taken = ended - start;
  // What the projector kept it from says nothing about groups.
  group_limit_.note(occurrences_of(group), log_.last_sequence() - before, signatures_added_,
                    ended - begun);
  counters_.commit_durations.observe(static_cast<std::uint64_t>(taken.count()));
  if (finished_) finished_({taken, group.size(), recorded});
  retire(group);
}

std::size_t Committer::next_group_limit() {
  const std::uint64_t before = std::exchange(queries_seen_, live_.query_count());
  // While the projector is behind, all that comes must be sure to fit: else the layer would be as
  // full as it may be long before the one on its way is written, and callers would wait for that.
  const bool is_behind = live_.fill_level() >= 1;
  return group_limit_.next(
      before != queries_seen_, live_.room(LiveProjections::overfull_level),
      live_.room(is_behind ? LiveProjections::overfull_level : LiveProjections::hard_level));
}

void Committer::retire(std::vector<QueuedSubmission>& group) {
  std::vector<Submission> retired;
  // Without a queue there may be no caller for long, and memory would wait for him.
  if (!queue_.is_idle()) {
    retired.reserve(group.size());
    for (QueuedSubmission& item : group) retired.push_back(std::move(item.submission));
  }
  const std::lock_guard lock(retired_mutex_);
  retired_.swap(retired);
}

void Committer::free_one_retired() {
  std::optional<Submission> retired;
  const std::lock_guard lock(retired_mutex_);
  if (retired_.empty()) return;
  retired = std::move(retired_.back());
  retired_.pop_back();
}

std::uint64_t Committer::commit(std::vector<QueuedSubmission>& group, const Result<void>& room) {
  const Sequence before = log_.last_sequence();
  auto plan = room ? write(group) : Result<GroupPlan>(std::unexpected(room.error()));
  if (!plan) {
    for (QueuedSubmission& item : group) item.completion(std::unexpected(plan.error()));
    return 0;
  }
  const Sequence sequence = log_.last_sequence();
  committed_(sequence);
  std::uint64_t recorded = 0;
  for (const QueuedSubmission& item : group) recorded += submitted_occurrences(item);
  counters_.group_sizes.observe(recorded);
  counters_.recorded_occurrences.fetch_add(recorded, std::memory_order_relaxed);
  counters_.appended_events.fetch_add(sequence - before, std::memory_order_relaxed);
  counters_.overflowed_occurrences.fetch_add(plan->overflowed_occurrences,
                                             std::memory_order_relaxed);
  for (std::size_t i = 0; i < group.size(); ++i) {
    Result<Commit> outcome = std::move(plan->outcomes[i]);
    if (outcome) outcome->sequence = sequence;
    group[i].completion(std::move(outcome));
  }
  return recorded;
}

Result<GroupPlan> Committer::write(std::vector<QueuedSubmission>& group) {
  // A clock that jumps back does not make the log go back in time.
  const Timestamp now = std::max(clock_.now(), log_.last_time());
  EventGroup events = log_.begin_group();
  if (repetitions_ != nullptr) repetitions_->begin_group(now);
  if (exemplars_ != nullptr) exemplars_->begin_group(now);
  auto plan = planner_.plan(group, events, now);
  if (plan && repetitions_ != nullptr) repetitions_->add_to(events);
  if (plan && exemplars_ != nullptr) exemplars_->add_to(events);
  if (plan) snapshots_.add_to(events, plan->updates);
  Result<void> appended;
  if (plan) {
    appended = append(std::move(events), *plan);
  } else {
    appended = std::unexpected(std::move(plan.error()));
  }
  if (repetitions_ != nullptr && appended) {
    counters_.keys_forgotten_early.fetch_add(repetitions_->commit(), std::memory_order_relaxed);
  }
  if (repetitions_ != nullptr && !appended) repetitions_->roll_back();
  if (exemplars_ != nullptr && appended) exemplars_->commit();
  if (exemplars_ != nullptr && !appended) exemplars_->roll_back();
  if (!appended) return std::unexpected(std::move(appended.error()));
  signatures_added_ = static_cast<std::size_t>(std::ranges::count_if(
      plan->updates, [](const SignatureUpdate& update) { return update.entry == nullptr; }));
  live_.apply(std::move(plan->updates), log_.last_sequence());
  if (live_.fill_level() >= 1) projector_.flush_soon();
  return plan;
}

Result<void> Committer::append(EventGroup events, const GroupPlan& plan) {
  auto appended = log_.append(std::move(events), plan.durability);
  // Whoever repeats what somebody has recorded, but not synced, may ask for more than he did.
  if (!appended || !plan.has_repeats || plan.durability != Durability::synced) return appended;
  return log_.make_durable(log_.last_sequence());
}

void Committer::pause_for_projector() {
  const double level = live_.fill_level();
  if (level < 1) return;
  const std::chrono::microseconds pause = pause_at(level, group_limit_.longest_recently());
  // Its failure is told by the write that follows.
  const auto idle = projector_.wait_until_idle(pause);
  if (idle && *idle) projector_.flush_soon();
}

Result<void> Committer::make_room() {
  if (const auto failed = projector_.failure()) return std::unexpected(*failed);
  while (live_.fill_level() >= LiveProjections::hard_level) {
    const auto idle = projector_.wait_until_idle(std::nullopt);
    if (!idle) return std::unexpected(idle.error());
    projector_.flush_soon();
  }
  return {};
}

}  // namespace rounds
