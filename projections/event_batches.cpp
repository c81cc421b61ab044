#include "projections/event_batches.hpp"

#include <utility>

#include <fmt/format.h>

namespace rounds {

EventBatches::EventBatches(const EventLog& log, Sequence from, Sequence through) {
  if (from > through) {
    finished_ = true;
    return;
  }
  for (std::size_t i = 0; i < batch_count; ++i) free_.push_back(std::make_unique<EventBatch>());
  thread_ = std::thread([this, reader = log.read(from), from, through]() mutable {
    run(std::move(reader), from, through);
  });
}

EventBatches::~EventBatches() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<const EventBatch*> EventBatches::next() {
  std::unique_lock lock(mutex_);
  if (in_use_) {
    free_.push_back(std::move(in_use_));
    changed_.notify_all();
  }
  changed_.wait(lock, [&] { return !filled_.empty() || finished_; });
  if (!filled_.empty()) {
    in_use_ = std::move(filled_.front());
    filled_.erase(filled_.begin());
    return in_use_.get();
  }
  if (failure_) return std::unexpected(*failure_);
  return nullptr;
}

void EventBatches::run(LogReader reader, Sequence next, Sequence through) {
  while (true) {
    std::unique_ptr<EventBatch> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !free_.empty() || stopping_; });
      if (stopping_) return;
      batch = std::move(free_.back());
      free_.pop_back();
    }
    auto read = fill(*batch, reader, next, through);
    {
      const std::lock_guard lock(mutex_);
      if (!batch->entries.empty()) filled_.push_back(std::move(batch));
      if (!read) failure_ = std::move(read.error());
      finished_ = failure_ || next > through;
      if (finished_) {
        changed_.notify_all();
        return;
      }
    }
    changed_.notify_all();
  }
}

Result<void> EventBatches::fill(EventBatch& batch, LogReader& reader, Sequence& next,
                                Sequence through) {
  batch.entries.clear();
  batch.bytes.clear();
  while (next <= through && batch.entries.size() < events_per_batch &&
         batch.bytes.size() < bytes_per_batch) {
    const auto bytes = reader.next_bytes();
    if (!bytes) return std::unexpected(bytes.error());
    if (!*bytes) {
      return fail(ErrorCode::corruption, fmt::format("the log ends before event {}", next));
    }
    auto event = decode_brief_event(**bytes);
    if (!event) return std::unexpected(event.error().with_context(fmt::format("event {}", next)));
    if (event->sequence != next) {
      return fail(ErrorCode::corruption,
                  fmt::format("event {} stands at the place of event {}", event->sequence, next));
    }
    EventBatch::Entry& entry = batch.entries.emplace_back();
    entry.event = *event;
    if (event->recorded_count == 0) {
      entry.begin = static_cast<std::uint32_t>(batch.bytes.size());
      entry.size = static_cast<std::uint32_t>((*bytes)->size());
      batch.bytes.append(**bytes);
    }
    ++next;
  }
  return {};
}

}  // namespace rounds
