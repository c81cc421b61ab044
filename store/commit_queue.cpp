#include "store/commit_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace rounds {

std::size_t weight(const Submission& submission) {
  const auto* record = std::get_if<RecordOccurrences>(&submission);
  return record == nullptr ? 1 : std::max<std::size_t>(1, record->occurrences.size());
}

std::size_t memory_of(const Submission& submission) {
  std::size_t bytes = sizeof(submission);
  if (const auto* record = std::get_if<RecordOccurrences>(&submission)) {
    bytes += record->occurrences.size() * sizeof(IdentifiedOccurrence);
    for (const IdentifiedOccurrence& occurrence : record->occurrences) {
      bytes += occurrence.exemplar.message.size();
    }
  }
  return bytes;
}

Result<void> CommitQueue::push(QueuedSubmission& item) {
  const std::size_t added = weight(item.submission);
  const std::size_t bytes = item.bytes;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return std::unexpected(store_closed());
    if (waiting_.size() >= max_queued_submissions ||
        waiting_occurrences_ + added > max_queued_occurrences) {
      return fail(ErrorCode::overloaded,
                  fmt::format("{} submissions with {} occurrences are waiting already; retry later",
                              waiting_.size(), waiting_occurrences_));
    }
    waiting_.push_back(std::move(item));
    waiting_occurrences_ += added;
    waiting_bytes_ += bytes;
  }
  work_arrived_.notify_one();
  return {};
}

bool CommitQueue::wait_for_work() {
  std::unique_lock lock(mutex_);
  work_arrived_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
  return !waiting_.empty();
}

std::vector<QueuedSubmission> CommitQueue::take_group(std::size_t most_occurrences) {
  const std::lock_guard lock(mutex_);
  if (waiting_occurrences_ <= most_occurrences) {
    waiting_occurrences_ = 0;
    waiting_bytes_ = 0;
    return std::exchange(waiting_, {});
  }
  std::size_t taken = 0;
  auto end = waiting_.begin();
  while (end != waiting_.end()) {
    const std::size_t more = weight(end->submission);
    if (end != waiting_.begin() && taken + more > most_occurrences) break;
    taken += more;
    waiting_bytes_ -= end->bytes;
    ++end;
  }
  std::vector<QueuedSubmission> group(std::make_move_iterator(waiting_.begin()),
                                      std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  waiting_occurrences_ -= taken;
  return group;
}

bool CommitQueue::is_idle() {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() && !closed_;
}

QueueDepth CommitQueue::depth() {
  const std::lock_guard lock(mutex_);
  return {waiting_.size(), waiting_occurrences_, waiting_bytes_};
}

void CommitQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  work_arrived_.notify_all();
}

}  // namespace rounds
