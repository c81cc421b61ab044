#include "eventlog/watermark_syncer.hpp"

namespace rounds {

WatermarkSyncer::WatermarkSyncer(WatermarkFile& file, std::chrono::milliseconds interval)
    : file_(file), interval_(interval), thread_([this] { run(); }) {}

WatermarkSyncer::~WatermarkSyncer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

std::optional<Error> WatermarkSyncer::failure() const {
  if (!failed_.load()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return failure_;
}

void WatermarkSyncer::run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, interval_, [this] { return stopping_; })) {
    lock.unlock();
    const auto synced = file_.sync();
    lock.lock();
    if (synced) continue;
    failure_ = synced.error();
    failed_.store(true);
    return;
  }
}

}  // namespace rounds
