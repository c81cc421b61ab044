#include "projections/recency_list.hpp"

#include <algorithm>
#include <utility>

#include "core/prefetch.hpp"
#include "projections/index_key.hpp"

namespace rounds {
namespace {

// Small enough that a page of 50 looks at few touches beside its own; large enough that going
// through the runs costs nothing beside them.
constexpr std::size_t touches_per_run = 128;

// With two cleaned for each new one, a list of live touches alone does not grow, and one whose
// touches are half stale shrinks.
constexpr int runs_cleaned_per_run = 2;

// Lists so short that stale touches do not matter are not cleaned.
constexpr std::size_t most_runs_left_alone = 8;

bool precedes(const Signature* left, const Signature* right) {
  return IndexPosition::of(*left).precedes(IndexPosition::of(*right));
}

// Keeps the first `count` of `found`, in order. A signature that left the list and came back may be
// found twice.
void keep_first(std::vector<const Signature*>& found, std::size_t count) {
  std::ranges::sort(found, precedes);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  if (found.size() > count) found.resize(count);
}

}  // namespace

bool RecencyList::is_stale(const Touch& touch) const {
  const Signature& signature = *touch.signature;
  return signature.last_seen != touch.last_seen || signature.status != status_ ||
         (!tag_.empty() && !has_tag(signature, tag_));
}

void RecencyList::append(Run& run, const Touch& touch) {
  run.newest = run.touches.empty() ? touch.last_seen : std::max(run.newest, touch.last_seen);
  run.oldest = run.touches.empty() ? touch.last_seen : std::min(run.oldest, touch.last_seen);
  run.touches.push_back(touch);
}

void RecencyList::touch(const Signature& signature) {
  if (filling_.touches.size() == touches_per_run) {
    runs_.push_back(take_full(filling_));
    clean();
  }
  append(filling_, {signature.last_seen, &signature});
}

void RecencyList::touch_again(const Signature& signature) {
  may_repeat_ = true;
  touch(signature);
}

RecencyList::Run RecencyList::take_full(Run& run) {
  Run full = std::exchange(run, {});
  // Most lists never fill one; those that did will fill another one.
  run.touches.reserve(touches_per_run);
  return full;
}

std::size_t RecencyList::touch_count() const {
  std::size_t count = filling_.touches.size() + survivors_.touches.size();
  for (const Run& run : runs_) count += run.touches.size();
  return count;
}

void RecencyList::clean() {
  if (runs_.size() <= most_runs_left_alone) return;
  for (int i = 0; i < runs_cleaned_per_run; ++i) {
    const Run run = std::move(runs_.front());
    runs_.pop_front();
    for (std::size_t place = 0; place < run.touches.size(); ++place) {
      if (place + prefetch_distance < run.touches.size()) {
        prefetch(run.touches[place + prefetch_distance].signature);
      }
      const Touch& touch = run.touches[place];
      if (is_stale(touch)) continue;
      append(survivors_, touch);
      if (survivors_.touches.size() == touches_per_run) close_survivors();
    }
  }
}

void RecencyList::close_survivors() {
  std::vector<Touch>& touches = survivors_.touches;
  if (may_repeat_) {
    std::ranges::sort(touches, {}, &Touch::signature);
    const auto repeated = std::ranges::unique(touches, {}, &Touch::signature);
    touches.erase(repeated.begin(), repeated.end());
  }
  const bool is_worth_a_run = touches.size() > touches_per_run / 2;
  if (is_worth_a_run) runs_.push_back(take_full(survivors_));
}

std::vector<const Signature*> RecencyList::first(const std::optional<PageCursor>& after,
                                                 std::size_t count) const {
  // The runs by their newest touch, the newest first.
  std::vector<std::pair<Timestamp, const Run*>> runs;
  runs.reserve(runs_.size() + 2);
  const auto add = [&](const Run& run) {
    const bool passed = after && run.oldest > after->last_seen;
    if (!passed && !run.touches.empty()) runs.emplace_back(run.newest, &run);
  };
  for (const Run& run : runs_) add(run);
  add(filling_);
  add(survivors_);
  std::ranges::make_heap(runs);
  const auto boundary = after ? std::optional(IndexPosition::at(status_, *after)) : std::nullopt;
  std::vector<const Signature*> found;
  bool complete = false;  // `found` holds `count` in order, and more only behind them
  while (!runs.empty()) {
    if (complete && runs.front().first < found[count - 1]->last_seen) break;
    std::ranges::pop_heap(runs);
    const Run& run = *runs.back().second;
    runs.pop_back();
    for (const Touch& touch : run.touches) {
      if (is_stale(touch)) continue;
      if (boundary && !boundary->precedes(IndexPosition::of(*touch.signature))) continue;
      found.push_back(touch.signature);
    }
    if (found.size() >= count) {
      keep_first(found, count);
      complete = found.size() == count;
    }
  }
  keep_first(found, count);
  return found;
}

}  // namespace rounds
