#include "store/committer.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "store/thread_name.hpp"

namespace rounds {
namespace {

// The delay of a group just before the committer would have to stop: half of the longest pause that
// callers should see, which leaves the other half for the group itself.
constexpr std::chrono::milliseconds longest_delay{125};

}  // namespace

Committer::Committer(EventLog& log, LiveProjections& live, Projector& projector, const Clock& clock,
                     SignatureIdGenerator& ids, GroupPlanner::Options options)
    : log_(log),
      live_(live),
      projector_(projector),
      clock_(clock),
      planner_(live, ids, options),
      thread_([this] { run(); }) {}

Committer::~Committer() {
  stop();
}

void Committer::submit(Submission submission, Completion completion) {
  free_one_retired();
  QueuedSubmission item{std::move(submission), std::move(completion)};
  auto accepted = validate(item.submission);
  if (accepted) accepted = queue_.push(item);
  if (!accepted) item.completion(std::unexpected(std::move(accepted.error())));
}

void Committer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Committer::run() {
  name_this_thread("committer");
  while (true) {
    std::vector<QueuedSubmission> group = queue_.pop_group();
    if (group.empty()) return;
    commit(group);
    retire(group);
  }
}

void Committer::retire(std::vector<QueuedSubmission>& group) {
  std::vector<Submission> retired;
  // Without a queue there may be no caller for long, and memory would wait for him.
  if (!queue_.is_empty()) {
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

void Committer::commit(std::vector<QueuedSubmission>& group) {
  auto plan = write(group);
  if (!plan) {
    for (QueuedSubmission& item : group) item.completion(std::unexpected(plan.error()));
    return;
  }
  const Sequence sequence = log_.last_sequence();
  for (std::size_t i = 0; i < group.size(); ++i) {
    Result<Commit> outcome = std::move(plan->outcomes[i]);
    if (outcome) outcome->sequence = sequence;
    group[i].completion(std::move(outcome));
  }
}

Result<GroupPlan> Committer::write(std::vector<QueuedSubmission>& group) {
  if (auto room = make_room(); !room) return std::unexpected(std::move(room.error()));
  // A clock that jumps back does not make the log go back in time.
  const Timestamp now = std::max(clock_.now(), log_.last_time());
  auto plan = planner_.plan(group, log_.last_sequence(), now);
  if (!plan) return plan;
  if (auto appended = log_.append(plan->events, plan->durability); !appended) {
    return std::unexpected(std::move(appended.error()));
  }
  live_.apply(std::move(plan->updates), log_.last_sequence());
  if (live_.fill_level() >= 1) projector_.flush_soon();
  return plan;
}

Result<void> Committer::make_room() {
  for (double level = live_.fill_level(); level >= 1; level = live_.fill_level()) {
    const bool overfull = level >= LiveProjections::overfull_level;
    const double lag = (level - 1) / (LiveProjections::overfull_level - 1);
    const auto delay = std::chrono::duration_cast<std::chrono::microseconds>(lag * longest_delay);
    const auto idle = projector_.wait_until_idle(overfull ? std::nullopt : std::optional(delay));
    if (!idle) return std::unexpected(idle.error());
    if (!*idle) return {};
    projector_.flush_soon();
  }
  return {};
}

}  // namespace rounds
