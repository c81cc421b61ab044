#include "projections/recency_list.hpp"

#include <algorithm>
#include <utility>

#include "projections/index_key.hpp"

namespace rounds {
namespace {

// Small enough that a page of 50 looks at few touches beside its own; large enough that going
// through the runs costs nothing beside them.
constexpr std::size_t touches_per_run = 128;

// Stale touches are dropped when there are as many as others, but not in lists so short that they
// do not matter.
constexpr std::size_t smallest_compaction = 1024;

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
  return touch.signature->last_seen != touch.last_seen || touch.signature->status != status_;
}

void RecencyList::touch(const Signature& signature) {
  if (touches_.size() >= std::max(compact_at_, smallest_compaction)) compact();
  append({signature.last_seen, &signature});
}

void RecencyList::append(const Touch& touch) {
  if (touches_.size() % touches_per_run == 0) {
    runs_.push_back({touch.last_seen, touch.last_seen});
  } else {
    Run& run = runs_.back();
    run.newest = std::max(run.newest, touch.last_seen);
    run.oldest = std::min(run.oldest, touch.last_seen);
  }
  touches_.push_back(touch);
}

void RecencyList::compact() {
  std::vector<Touch> touches = std::exchange(touches_, {});
  runs_.clear();
  std::erase_if(touches, [&](const Touch& touch) { return is_stale(touch); });
  std::ranges::sort(touches, {},
                    [](const Touch& touch) { return std::pair(touch.last_seen, touch.signature); });
  const auto repeated = std::ranges::unique(touches, {}, &Touch::signature);
  touches.erase(repeated.begin(), repeated.end());
  compact_at_ = 2 * touches.size();
  for (const Touch& touch : touches) append(touch);
}

std::vector<const Signature*> RecencyList::first(const std::optional<PageCursor>& after,
                                                 std::size_t count) const {
  // The runs by their newest touch, the newest first.
  std::vector<std::pair<Timestamp, std::size_t>> runs;
  runs.reserve(runs_.size());
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const bool passed = after && runs_[i].oldest > after->last_seen;
    if (!passed) runs.emplace_back(runs_[i].newest, i);
  }
  std::ranges::make_heap(runs);
  const auto boundary = after ? std::optional(IndexPosition::at(status_, *after)) : std::nullopt;
  std::vector<const Signature*> found;
  bool complete = false;  // `found` holds `count` in order, and more only behind them
  while (!runs.empty()) {
    if (complete && runs.front().first < found[count - 1]->last_seen) break;
    std::ranges::pop_heap(runs);
    const std::size_t begin = runs.back().second * touches_per_run;
    const std::size_t end = std::min(begin + touches_per_run, touches_.size());
    runs.pop_back();
    for (std::size_t i = begin; i < end; ++i) {
      if (is_stale(touches_[i])) continue;
      const Signature* signature = touches_[i].signature;
      if (boundary && !boundary->precedes(IndexPosition::of(*signature))) continue;
      found.push_back(signature);
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
